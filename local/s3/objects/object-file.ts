import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { DamagedObject, type OpenFile, openDescribed, readDescription } from './described-file.ts';
import { combineMd5 } from './multipart-etag.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const headSchema = v.object({
  key: v.string(),
  size: count,
  etag: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}(?:-[1-9][0-9]{0,4})?$/)),
  modified: v.number(),
  headers: v.record(v.string(), v.string()),
  tags: v.nullable(v.string()),
  checksum: v.nullable(v.object({ name: v.string(), value: v.string() })),
  /** The multipart upload that made the object, and the sizes of its parts. */
  upload: v.optional(v.object({ id: v.string(), sizes: v.array(count) })),
});

/** The description of an object: everything but its bytes. */
export type ObjectHead = v.InferOutput<typeof headSchema>;

export type OpenObject = OpenFile<ObjectHead>;

/** Opens an object's file. Returns undefined if it does not exist. The caller closes the handle. */
export async function openObject(path: string, key: string): Promise<OpenObject | undefined> {
  const opened = await openDescribed(path, headSchema);
  if (opened === undefined || opened.head.key === key) return opened;
  await opened.handle.close();
  throw new DamagedObject('the file belongs to another key');
}

/** Reads an object's description. */
export const readHead = (path: string): Promise<ObjectHead> => readDescription(path, headSchema);

/** Reads a whole body and checks it against its ETag. Throws `DamagedObject`. */
export async function readVerified({ head, handle }: OpenObject): Promise<Buffer> {
  const body = Buffer.alloc(head.size);
  await handle.read(body, 0, body.length, 0);
  if (computeEtag(body, head) !== head.etag) {
    throw new DamagedObject('the body does not match its ETag');
  }
  return body;
}

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

function computeEtag(body: Buffer, { upload }: ObjectHead): string {
  if (upload === undefined) return md5(body);
  let start = 0;
  const digests = upload.sizes.map((size) => {
    start += size;
    return md5(body.subarray(start - size, start));
  });
  return combineMd5(digests);
}
