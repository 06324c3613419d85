import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { OperatorFailure } from '../failure.ts';
import { unreadableFile } from '../file-failure.ts';
import type { StartProgress } from '../progress.ts';
import { type Gunzip, gunzipFor } from './gunzip.ts';
import { type Lines, lineSplitter } from './line-splitter.ts';

/**
 * A file to read. The path `-` is stdin. `bytes` is undefined if the size is not known. `read` is for files that are
 * not on this machine.
 */
export type LogFile = {
  readonly path: string;
  readonly bytes: number | undefined;
  readonly read?: () => AsyncIterable<Uint8Array>;
};

/** Called in the order of the files and their lines. An exception ends the reading. */
export type LogVisitor = Lines & {
  readonly begin: (file: string) => void;
  /** The file is cut or damaged. All lines before the damage have been passed on. */
  readonly damaged: (file: string) => void;
  /** How many more bytes were read from disk. */
  readonly advance: (bytes: number) => void;
  /** The next bytes of the file, unpacked. */
  readonly content?: (bytes: Buffer) => void;
};

/** How a door shows the reading of logs. */
export type ReportedReading = {
  readonly startProgress: StartProgress;
  /** Called after the progress has ended, also if an error follows. */
  readonly reportDamaged: (files: readonly string[]) => void;
};

/** Small, because gzip may expand it a thousandfold. */
const chunkBytes = 16_384;

async function filesAt(at: string): Promise<readonly LogFile[]> {
  if (at === '-') return [{ path: at, bytes: undefined }];
  const kind = await stat(at);
  if (!kind.isDirectory()) return [{ path: at, bytes: kind.isFile() ? kind.size : undefined }];
  const inside = await readdir(at, { recursive: true, withFileTypes: true });
  const files = inside
    .filter((one) => one.isFile() && !one.name.startsWith('.'))
    .map((one) => path.join(one.parentPath, one.name))
    .toSorted();
  if (files.length === 0) throw new OperatorFailure('unreadable_file', `${at} contains no files`);
  return Promise.all(files.map(async (file) => ({ path: file, bytes: (await stat(file)).size })));
}

/**
 * Lists the files of paths. A folder means all files in it and below it, sorted by name. Throws
 * `unreadable_file`.
 */
export async function logFiles(paths: readonly string[]): Promise<readonly LogFile[]> {
  const found = await Promise.all(
    paths.map((at) =>
      filesAt(at).catch((thrown: unknown) => {
        throw thrown instanceof OperatorFailure ? thrown : unreadableFile(at, thrown);
      }),
    ),
  );
  return found.flat();
}

/** The total size; undefined if the size of a file is not known. */
export function totalBytes(files: readonly LogFile[]): number | undefined {
  return files.reduce<number | undefined>(
    (sum, { bytes }) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
}

/** The bytes of a file that is not on this machine. S3 sends larger chunks. */
async function* smallChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += chunkBytes)
      yield Buffer.from(chunk.subarray(at, at + chunkBytes));
}

async function* bytesOf({ path: file, read }: LogFile): AsyncGenerator<Buffer, void, undefined> {
  if (read !== undefined) return yield* smallChunks(read());
  const stream =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: chunkBytes });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (thrown) {
    throw unreadableFile(file, thrown);
  }
}

async function readFile(file: LogFile, visitor: LogVisitor): Promise<void> {
  const splitter = lineSplitter(visitor);
  const split = (chunks: readonly Buffer[]): void => {
    for (const chunk of chunks) {
      visitor.content?.(chunk);
      splitter.push(chunk);
    }
  };
  let head: Buffer = Buffer.alloc(0);
  let unpacking: Gunzip | undefined;
  visitor.begin(file.path);
  for await (const chunk of bytesOf(file)) {
    visitor.advance(chunk.length);
    // Two bytes tell gzip from text, and the first chunk of a pipe may be shorter.
    head = unpacking === undefined ? Buffer.concat([head, chunk]) : chunk;
    if (unpacking === undefined && head.length < 2) continue;
    unpacking ??= gunzipFor(head);
    split(await unpacking.write(head));
  }
  split(unpacking === undefined ? [head] : await unpacking.end());
  // The rest before the damage is an incomplete line, which could be mistaken for a whole one.
  if (unpacking?.damaged()) visitor.damaged(file.path);
  else splitter.end();
}

/**
 * Reads files one after another, line by line, plain or gzipped. Holds one chunk in memory. Throws
 * `unreadable_file`, and what the visitor throws.
 */
export async function readLogs(files: readonly LogFile[], visitor: LogVisitor): Promise<void> {
  for (const file of files) await readFile(file, visitor);
}
