import { type Answer, encryptedHeader } from '../wire/answer.ts';
import { type ObjectCall, requireUploadPermissions } from '../wire/call.ts';
import { checksumHeaders } from '../wire/checksum.ts';
import { writePrecondition } from '../wire/conditions.ts';
import { maxBodyBytes } from '../wire/limits.ts';
import { openPayload, type Payload } from '../wire/payload.ts';
import { storedHeaders } from '../wire/stored-headers.ts';
import type { ObjectHead } from './object-file.ts';
import type { Creation } from './object-store.ts';
import { readTagging } from './tags.ts';

/** PutObject. */
export async function putObject(call: ObjectCall): Promise<Answer> {
  const payload = openPayload({ ...call, maxBytes: maxBodyBytes });
  const head = await storeObject(call, payload, 'Put');
  return { status: 200, headers: createdHeaders(head) };
}

/** The headers of an answer about a new object. */
export function createdHeaders({ etag, checksum }: ObjectHead): Record<string, string> {
  return { ...checksumHeaders(checksum), ...encryptedHeader, etag: `"${etag}"` };
}

/**
 * Writes a body to a temporary file, which one rename makes the object. The call's headers say what is
 * stored with it, and under which condition.
 */
export async function storeObject(
  call: ObjectCall,
  payload: Pick<Payload, 'chunks' | 'verify'>,
  by: Creation,
): Promise<ObjectHead> {
  requireUploadPermissions(call, `${call.bucket.name}/${call.key}`);
  const check = writePrecondition(call.headers);
  const headers = storedHeaders(call.headers);
  const tags = readTagging(call.headers.get('x-amz-tagging'));
  const received = await call.store.receive(payload.chunks, (): ObjectHead => {
    const { md5, size, checksum } = payload.verify();
    return { key: call.key, size, etag: md5, modified: Date.now(), headers, tags, checksum };
  });
  await call.store.commit({ bucket: call.bucket.name, received, by, check });
  return received.head;
}
