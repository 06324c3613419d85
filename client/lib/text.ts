/* Callers without types pass anything where text belongs. */

/** The value if it is text, else the empty text, which no form accepts. */
export const textOrEmpty = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Prints a value that may also be a whole number. */
export const printValue = (value: unknown): string =>
  Number.isInteger(value) ? `${value}` : textOrEmpty(value);
