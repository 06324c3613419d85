import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { OperatorFailure } from '../failure.ts';
import { unreadableFile } from '../file-failure.ts';
import { lineSplitter, maxLineBytes } from '../logs/line-splitter.ts';

/** A line of a list: a source path with operations, or what is wrong with the line. */
export type ListLine = {
  /** Counted from 1, including skipped lines. */
  readonly number: number;
} & (
  | { readonly path: string; readonly operations: readonly string[] }
  | { readonly fault: string }
);

type Content = { readonly path: string; readonly operations: readonly string[] };

/** Whether the list can be read more than once, unlike stdin and pipes. Throws `unreadable_file`. */
export async function isRereadable(file: string): Promise<boolean> {
  if (file === '-') return false;
  const found = await stat(file).catch((thrown: unknown) => {
    throw unreadableFile(file, thrown);
  });
  if (found.isDirectory())
    throw new OperatorFailure('unreadable_file', `${file} is a folder; name a file with paths`);
  return found.isFile();
}

/** Parses a line; undefined for empty lines and comments. */
function parseLine(text: string): Content | { readonly fault: string } | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  // The decoder writes this character for bytes that are not UTF-8.
  if (text.includes('\uFFFD')) return { fault: 'the line is not UTF-8' };
  // Paths contain no backslash, so it can mark a path that begins with #.
  const [path = '', ...operations] = text.replace(/^\\#/, '#').split('\t');
  return { path, operations };
}

async function* chunksOf(file: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stream = addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (thrown) {
    if (!signal.aborted) throw unreadableFile(file, thrown);
  }
}

/**
 * Reads a list line by line, with one chunk in memory. Skips empty lines and lines that begin with #;
 * `\#` begins a path with #. Ends early if the signal is aborted. Throws `unreadable_file`.
 */
export async function* readList(file: string, signal: AbortSignal): AsyncGenerator<ListLine> {
  const ready: ListLine[] = [];
  let number = 0;
  const take = (content: ReturnType<typeof parseLine>): void => {
    number += 1;
    if (content !== undefined) ready.push({ number, ...content });
  };
  const splitter = lineSplitter({
    line: (text) => take(parseLine(number === 0 ? text.replace(/^\uFEFF/, '') : text)),
    tooLong: () => take({ fault: `the line has more than ${maxLineBytes} bytes` }),
  });
  for await (const chunk of chunksOf(file, signal)) {
    splitter.push(chunk);
    yield* ready.splice(0);
  }
  // The last line may be incomplete, and would then name another source.
  if (signal.aborted) return;
  splitter.end();
  yield* ready.splice(0);
}
