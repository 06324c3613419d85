import type { FileHead } from './file-head.ts';

/** A declaration, a comment, and anything else that stands before the first element. */
const delimiters = [
  ['<?', '?>'],
  ['<!--', '-->'],
  ['<!', '>'],
] as const;

/** Finds where the part of the prolog at this place ends; -1 if that is behind the head of the file. */
function findEnd(text: string, at: number): number {
  const [, end = '>'] = delimiters.find(([begin]) => text.startsWith(begin, at)) ?? [];
  const found = text.indexOf(end, at);
  return found < 0 ? -1 : found + end.length;
}

const isSpace = (character: string): boolean => character !== '' && character.trim() === '';

const doctypeForm = /^<!doctype\s{1,8}([\w.-]{1,64})/i;
/** An element, whose namespace may have a prefix. */
const elementForm = /^<(?:[\w.-]{1,64}:)?([\w.-]{1,64})/;
/** Longer than what either form matches. */
const formCharacters = 200;

/**
 * Reads what a text of markup is: in lower case the name of its DOCTYPE or else of its first element, and
 * `''` if it has neither. Undefined if it is no markup.
 */
function readRoot({ text }: FileHead): string | undefined {
  const match = (form: RegExp, at: number): string | undefined =>
    form.exec(text.slice(at, at + formCharacters))?.[1]?.toLowerCase();
  let at = 0;
  while (text.startsWith('<?', at) || text.startsWith('<!', at)) {
    const doctype = match(doctypeForm, at);
    if (doctype !== undefined) return doctype;
    at = findEnd(text, at);
    if (at < 0) return '';
    while (isSpace(text.charAt(at))) at += 1;
  }
  return match(elementForm, at) ?? (at > 0 ? '' : undefined);
}

/** Whether a file is markup with one of these names, or any markup if none is given. */
export const hasRoot =
  (...names: readonly string[]) =>
  (head: FileHead): boolean => {
    const root = readRoot(head);
    return root !== undefined && (names.length === 0 || names.includes(root));
  };
