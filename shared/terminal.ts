/** Controls but for white space, and what turns the direction of a line around. */
const obeyed = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const breaks = /[\t\n\r\u0085\u2028\u2029]+/g;

/**
 * A text that somebody else has written, as one line for a terminal, which it can neither end nor
 * recolour: line ends become a space, and what a terminal would obey becomes U+FFFD.
 */
export const escapeForTerminal = (text: string): string =>
  text.replace(breaks, ' ').replace(obeyed, '\uFFFD');

/** Whether a terminal would obey something in a text besides the end of a line. */
export const isSafeForTerminal = (text: string): boolean =>
  text.replace(breaks, ' ').search(obeyed) < 0;
