import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';

// One file: a body, a description in JSON, and a footer that proves both are complete. The
// description follows the body because it contains the body's digests. Both share a file because
// they must change in one rename.

/** The file is not complete. Requests for it get 500; others are not affected. */
export class DamagedObject extends Error {
  override readonly name = 'DamagedObject';
}

/** Reads the description of a kind of file. It says how many bytes the body has. */
export type DescriptionSchema<D extends { readonly size: number }> = v.GenericSchema<unknown, D>;

const magic = Buffer.from('SIGNETo1', 'latin1');
const footerBytes = 16;
// One read of this size covers footer and description of almost every object.
const tailBytes = 4096;

/** The bytes that follow a body in its file. */
export function encodeTail(description: object): Buffer {
  const json = Buffer.from(JSON.stringify(description));
  const footer = Buffer.alloc(footerBytes);
  magic.copy(footer);
  footer.writeUInt32BE(json.length, 8);
  footer.writeUInt32BE(crc32(json), 12);
  return Buffer.concat([json, footer]);
}

type ReadAt = (buffer: Buffer, position: number) => Promise<number> | number;

/** The length of description and footer, read from the footer. */
function tailLength(fileSize: number, tail: Buffer): number {
  const footer = tail.subarray(-footerBytes);
  const whole = footer.length === footerBytes && footer.subarray(0, 8).equals(magic);
  const needed = whole ? footer.readUInt32BE(8) + footerBytes : Number.POSITIVE_INFINITY;
  if (needed > fileSize) throw new DamagedObject('the footer is missing or wrong');
  return needed;
}

function decodeTail<D extends { readonly size: number }>(
  schema: DescriptionSchema<D>,
  fileSize: number,
  tail: Buffer,
): D {
  const json = tail.subarray(0, -footerBytes);
  if (crc32(json) !== tail.readUInt32BE(tail.length - 4)) {
    throw new DamagedObject('the description does not match its checksum');
  }
  const description = v.safeParse(schema, parseJson(json));
  if (!description.success || description.output.size + tail.length !== fileSize) {
    throw new DamagedObject('the description does not fit the file');
  }
  return description.output;
}

function parseJson(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

async function readTail(fileSize: number, read: ReadAt): Promise<Buffer> {
  const first = Buffer.alloc(Math.min(fileSize, tailBytes));
  await read(first, fileSize - first.length);
  const needed = tailLength(fileSize, first);
  if (needed <= first.length) return first.subarray(-needed);
  const whole = Buffer.alloc(needed);
  await read(whole, fileSize - needed);
  return whole;
}

/** An open file and its description. */
export type OpenFile<D> = { readonly head: D; readonly handle: FileHandle };

/** Opens a file. Returns undefined if it does not exist. The caller closes the handle. */
export async function openDescribed<D extends { readonly size: number }>(
  path: string,
  schema: DescriptionSchema<D>,
): Promise<OpenFile<D> | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const read: ReadAt = async (buffer, position) =>
      (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
    return { head: decodeTail(schema, size, await readTail(size, read)), handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a description. The start of the server calls it for every file. */
export async function readDescription<D extends { readonly size: number }>(
  path: string,
  schema: DescriptionSchema<D>,
): Promise<D> {
  // Synchronous on purpose: for many small reads it is four times as fast as the thread pool.
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read: ReadAt = (buffer, position) => readSync(file, buffer, 0, buffer.length, position);
    return decodeTail(schema, size, await readTail(size, read));
  } finally {
    closeSync(file);
  }
}

/** Reads bytes of a body, in pieces. A file that is too short ends early. */
export async function* readSpan(
  handle: FileHandle,
  { start, length }: { readonly start: number; readonly length: number },
): AsyncGenerator<Buffer> {
  if (length === 0) return;
  const end = start + length - 1;
  const stream = handle.createReadStream({ start, end, autoClose: false });
  for await (const chunk of stream) yield chunk as Buffer;
}
