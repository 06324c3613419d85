import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { OperatorFailure } from '../failure.ts';
import { lineSplitter, maxLineBytes } from '../logs/line-splitter.ts';
import { unreadableFile } from '../policy-files/unreadable-file.ts';

/** A line of a list: a source with the operations that it brings along, or what is wrong with it. */
export type ListLine = {
  /** Counted from 1; skipped lines count too. */
  readonly number: number;
  /** How much of the list it takes, with the skipped lines before it. */
  readonly bytes: number;
} & (
  | { readonly path: string; readonly operations: readonly string[] }
  | { readonly fault: string }
);

type Content = { readonly path: string; readonly operations: readonly string[] };

/** The list's size in bytes; nothing for what has none, such as stdin. Throws `unreadable_file`. */
export async function listBytes(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  const found = await stat(file).catch((thrown: unknown) => {
    throw unreadableFile(file, thrown);
  });
  if (found.isDirectory())
    throw new OperatorFailure('unreadable_file', `${file} is a folder; name a file of paths`);
  return found.isFile() ? found.size : undefined;
}

/** What a line says; nothing for one that says nothing. */
function contentOf(text: string): Content | { readonly fault: string } | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  // The decoder puts this character where the bytes are no UTF-8.
  if (text.includes('\uFFFD')) return { fault: 'the line is not UTF-8' };
  // No path has a backslash, so it can stand before a name that begins as a remark does.
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
 * Reads a list line by line and holds no more than one chunk of it. Empty lines and lines that
 * begin with # are left out; `\#` begins a path with #. It ends early once the signal is aborted. Throws `unreadable_file`.
 */
export async function* readList(file: string, signal: AbortSignal): AsyncGenerator<ListLine> {
  const ready: ListLine[] = [];
  let number = 0;
  let bytes = 0;
  const take = (size: number, content: ReturnType<typeof contentOf>): void => {
    number += 1;
    bytes += size + 1;
    if (content === undefined) return;
    ready.push({ number, bytes, ...content });
    bytes = 0;
  };
  const splitter = lineSplitter({
    line: (text) =>
      take(Buffer.byteLength(text), contentOf(number === 0 ? text.replace(/^\uFEFF/, '') : text)),
    tooLong: () => take(maxLineBytes, { fault: `the line has more than ${maxLineBytes} bytes` }),
  });
  for await (const chunk of chunksOf(file, signal)) {
    splitter.push(chunk);
    yield* ready.splice(0);
  }
  // Half a line is another line.
  if (signal.aborted) return;
  splitter.end();
  yield* ready.splice(0);
}
