/** Control characters, and characters that change the direction of text. */
const unsafeCharacters = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const lineBreaks = /[\t\n\r\u0085\u2028\u2029]+/g;

/**
 * Makes untrusted text safe to print on one line of a terminal. Line breaks become a space, and
 * characters that a terminal would interpret become U+FFFD.
 */
export const escapeForTerminal = (text: string): string =>
  text.replace(lineBreaks, ' ').replace(unsafeCharacters, '\uFFFD');

/** `escapeForTerminal` for each line of a text that may have several. */
export const escapeLines = (text: string): string =>
  text.split('\n').map(escapeForTerminal).join('\n');

/** Whether the text has no character that a terminal would interpret. Line breaks are allowed. */
export const isSafeForTerminal = (text: string): boolean =>
  text.replace(lineBreaks, ' ').search(unsafeCharacters) < 0;
