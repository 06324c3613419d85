/* Commands that a person copies into a shell. */

/** Quotes a text for POSIX shells. */
export const quoteForShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What no shell changes. */
const plain = /^[\w@%+:,./-]+$/;

const printWord = (text: string): string => (plain.test(text) ? text : quoteForShell(text));

/**
 * A command with its operands and options, by their names in commander: `true` for one without a value. `all` is left
 * out, because the operands name the tenants.
 */
export function printCommand(
  name: string,
  operands: readonly string[],
  options: Readonly<Record<string, unknown>>,
): string {
  const { all: _all, ...others } = options;
  const words = Object.entries(others).flatMap(([option, value]) => {
    if (value === true) return [`--${option}`];
    return typeof value === 'string' ? [`--${option}`, value] : [];
  });
  return ['npx signet', name, ...[...operands, ...words].map(printWord)].join(' ');
}
