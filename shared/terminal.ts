/** Control characters, and characters that change the direction of text. */
const unsafeCharacters = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
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

/** What `JSON.stringify` leaves as it is and a terminal interprets. Its own line ends are allowed. */
const unsafeInJson = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Prints a value as JSON that is safe on a terminal and still means the same value. */
export const printJson = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, undefined, indent) ?? 'null').replace(unsafeInJson, escapeCharacter);
