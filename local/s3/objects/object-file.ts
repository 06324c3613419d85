import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';

// One file per object: the body, a description in JSON, and a footer that proves both are complete.
// The description follows the body because it contains the body's ETag. Body and metadata share a
// file because they must change in one rename.

const headSchema = v.object({
  key: v.string(),
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  etag: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  modified: v.number(),
  headers: v.record(v.string(), v.string()),
  tags: v.nullable(v.string()),
  checksum: v.nullable(v.object({ name: v.string(), value: v.string() })),
});

/** The description of an object: everything but its bytes. */
export type ObjectHead = v.InferOutput<typeof headSchema>;

/** The file is not a complete object. Requests for it get 500; others are not affected. */
export class DamagedObject extends Error {
  override readonly name = 'DamagedObject';
}

const magic = Buffer.from('SIGNETo1', 'latin1');
const footerBytes = 16;
// One read of this size covers footer and description of almost every object.
const tailBytes = 4096;

/** The bytes that follow an object's body in its file. */
export function encodeTail(head: ObjectHead): Buffer {
  const json = Buffer.from(JSON.stringify(head));
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

function decodeTail(fileSize: number, tail: Buffer): ObjectHead {
  const json = tail.subarray(0, -footerBytes);
  if (crc32(json) !== tail.readUInt32BE(tail.length - 4)) {
    throw new DamagedObject('the description does not match its checksum');
  }
  const head = v.safeParse(headSchema, parseJson(json));
  if (!head.success || head.output.size + tail.length !== fileSize) {
    throw new DamagedObject('the description does not fit the file');
  }
  return head.output;
}

function parseJson(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

async function readTail(fileSize: number, read: ReadAt): Promise<ObjectHead> {
  const first = Buffer.alloc(Math.min(fileSize, tailBytes));
  await read(first, fileSize - first.length);
  const needed = tailLength(fileSize, first);
  if (needed <= first.length) return decodeTail(fileSize, first.subarray(-needed));
  const whole = Buffer.alloc(needed);
  await read(whole, fileSize - needed);
  return decodeTail(fileSize, whole);
}

export type OpenObject = { readonly head: ObjectHead; readonly handle: FileHandle };

/** Opens an object's file. Returns undefined if it does not exist. The caller closes the handle. */
export async function openObject(path: string, key: string): Promise<OpenObject | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const read: ReadAt = async (buffer, position) =>
      (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
    const head = await readTail(size, read);
    if (head.key !== key) throw new DamagedObject('the file belongs to another key');
    return { head, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads an object's description. The start of the server calls it for every object. */
export async function readHead(path: string): Promise<ObjectHead> {
  // Synchronous on purpose: for many small reads it is four times as fast as the thread pool.
  const file = openSync(path, 'r');
  try {
    const read: ReadAt = (buffer, position) => readSync(file, buffer, 0, buffer.length, position);
    return await readTail(fstatSync(file).size, read);
  } finally {
    closeSync(file);
  }
}

/** Reads a whole body and checks it against its MD5. Throws `DamagedObject`. */
export async function readVerified({ head, handle }: OpenObject): Promise<Buffer> {
  const body = Buffer.alloc(head.size);
  await handle.read(body, 0, body.length, 0);
  if (createHash('md5').update(body).digest('hex') !== head.etag) {
    throw new DamagedObject('the body does not match its ETag');
  }
  return body;
}
