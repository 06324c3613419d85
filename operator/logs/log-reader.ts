import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { OperatorFailure } from '../failure.ts';
import { unreadableFile } from '../policy-files/unreadable-file.ts';
import { type Gunzip, gunzipFor } from './gunzip.ts';
import { type Lines, lineSplitter } from './line-splitter.ts';

/** A file to read; `-` is what comes from stdin, whose size nobody knows. */
export type LogFile = { readonly path: string; readonly bytes: number | undefined };

/** What is done with what is read, in order. What it throws ends the reading. */
export type LogVisitor = Lines & {
  readonly begin: (file: string) => void;
  /** The file is cut or damaged; its lines up to there have been handed over. */
  readonly damaged: (file: string) => void;
  /** So many bytes more have been read from disk. */
  readonly advance: (bytes: number) => void;
};

/** Small, because it may unpack to a thousand times as much. */
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
  if (files.length === 0) throw new OperatorFailure('unreadable_file', `${at} has no files in it`);
  return Promise.all(files.map(async (file) => ({ path: file, bytes: (await stat(file)).size })));
}

/**
 * The files that paths stand for: a folder stands for all files in it and below, in order of their
 * names. Throws `unreadable_file`.
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

/** How many bytes there are to read; nothing where that is not known. */
export function totalBytes(files: readonly LogFile[]): number | undefined {
  return files.reduce<number | undefined>(
    (sum, { bytes }) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
}

async function* bytesOf(file: string): AsyncGenerator<Buffer, void, undefined> {
  const stream =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: chunkBytes });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (thrown) {
    throw unreadableFile(file, thrown);
  }
}

async function readFile(file: string, visitor: LogVisitor): Promise<void> {
  const splitter = lineSplitter(visitor);
  const split = (chunks: readonly Buffer[]): void => chunks.forEach(splitter.push);
  let head: Buffer = Buffer.alloc(0);
  let unpacking: Gunzip | undefined;
  visitor.begin(file);
  for await (const chunk of bytesOf(file)) {
    visitor.advance(chunk.length);
    // A pipe may begin with a single byte.
    head = unpacking === undefined ? Buffer.concat([head, chunk]) : chunk;
    if (unpacking === undefined && head.length < 2) continue;
    unpacking ??= gunzipFor(head);
    split(await unpacking.write(head));
  }
  split(unpacking === undefined ? [head] : await unpacking.end());
  // Behind the damage stands half a line at most, which might pass for a whole one.
  if (unpacking?.damaged()) visitor.damaged(file);
  else splitter.end();
}

/**
 * Reads files one after the other, line by line, plain or gzipped, and holds no more than one
 * chunk of them. Throws `unreadable_file`, and whatever the visitor throws.
 */
export async function readLogs(files: readonly LogFile[], visitor: LogVisitor): Promise<void> {
  for (const { path: file } of files) await readFile(file, visitor);
}
