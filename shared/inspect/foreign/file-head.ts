import { limits } from '../../limits.ts';

/** The first bytes of a file, in the forms in which types are recognised. */
export type FileHead = {
  /** One character per byte. */
  readonly raw: string;
  /** The same without byte order mark and leading white space. Of UTF-16 it has the low bytes. */
  readonly text: string;
  /** Whether all of `text` is printable UTF-8. */
  readonly isText: boolean;
};

/** The byte order marks of UTF-8 and UTF-16, one character per byte. */
const marks = { utf8: '\xef\xbb\xbf', big: '\xfe\xff', little: '\xff\xfe' } as const;

/** Removes the byte order mark. UTF-16 also loses its zero bytes, which leaves ASCII as it is. */
function removeMark(raw: string): string {
  if (raw.startsWith(marks.utf8)) return raw.slice(marks.utf8.length);
  const isWide = raw.startsWith(marks.big) || raw.startsWith(marks.little);
  return isWide ? raw.slice(marks.big.length).replaceAll('\0', '') : raw;
}

/** The binary data bytes of https://mimesniff.spec.whatwg.org/#terminology. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they tell binary data from text
const binary = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

function isPrintable(bytes: Uint8Array, text: string): boolean {
  if (text === '' || binary.test(text)) return false;
  try {
    // The last character may be cut, which is no error in a stream.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Reads the head of a file. The rest is not looked at. */
export function readFileHead(file: Uint8Array): FileHead {
  const bytes = file.subarray(0, limits.sniffedBytes);
  const raw = String.fromCharCode(...bytes);
  const unmarked = removeMark(raw);
  const text = unmarked.trimStart();
  return { raw, text, isText: isPrintable(bytes, text) };
}

/** Whether the bytes from `at` on are those of one of the texts. */
export const hasBytes =
  (at: number, ...texts: readonly string[]) =>
  ({ raw }: FileHead): boolean =>
    texts.some((text) => raw.startsWith(text, at));

/** Whether a file begins with the bytes of one of the texts. */
export const startsWith = (...texts: readonly string[]) => hasBytes(0, ...texts);
