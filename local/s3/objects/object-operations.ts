import type { Answer } from '../wire/answer.ts';
import { isPermitted, type ObjectCall } from '../wire/call.ts';
import { rangeMatches, readOutcome, writePrecondition } from '../wire/conditions.ts';
import { maxBodyBytes, maxVerifiedBytes } from '../wire/limits.ts';
import { openPayload } from '../wire/payload.ts';
import { readRange, type Span } from '../wire/range.ts';
import { S3Error } from '../wire/s3-error.ts';
import { countTags, storedHeaders } from '../wire/stored-headers.ts';
import { type ObjectHead, type OpenObject, readVerified } from './object-file.ts';

/** PutObject. The body is written to a temporary file, and one rename makes it the object. */
export async function putObject(call: ObjectCall): Promise<Answer> {
  const check = writePrecondition(call.headers);
  const headers = storedHeaders(call.headers);
  const tags = call.headers.get('x-amz-tagging') ?? null;
  if (tags !== null) countTags(tags);
  const payload = openPayload({ ...call, maxBytes: maxBodyBytes });
  const upload = await call.store.receive(payload.chunks, (): ObjectHead => {
    const { md5, size, checksum = null } = payload.verify();
    return { key: call.key, size, etag: md5, modified: Date.now(), headers, tags, checksum };
  });
  await call.store.commit(call.bucket.name, upload, check);
  const { etag, checksum } = upload.head;
  return {
    status: 200,
    headers: { ...checksumHeaders(checksum), ...encrypted, etag: `"${etag}"` },
  };
}

// S3 encrypts every object with SSE-S3 and sends this header. Clients check for it.
const encrypted = { 'x-amz-server-side-encryption': 'AES256' };

/** DeleteObject. Answers 204 even if the object did not exist. */
export async function deleteObject(call: ObjectCall): Promise<Answer> {
  await call.store.remove(call.bucket.name, call.key, writePrecondition(call.headers));
  return { status: 204, headers: {} };
}

/** GetObject and HeadObject. */
export async function getObject(call: ObjectCall): Promise<Answer> {
  const overrides = responseOverrides(call.query);
  const opened = await call.store.open(call.bucket.name, call.key);
  if (opened === undefined) throw missingError(call);
  let handedOver = false;
  try {
    const answer = await readAnswer(call, opened, overrides);
    handedOver = typeof answer.body === 'object' && 'handle' in answer.body;
    return answer;
  } finally {
    if (!handedOver) await opened.handle.close();
  }
}

/** A caller who may not list the bucket must not learn which keys are missing. */
function missingError(call: ObjectCall): S3Error {
  const mayList = isPermitted(call, 's3:ListBucket', call.bucket.name);
  return new S3Error(mayList ? 'NoSuchKey' : 'AccessDenied');
}

async function readAnswer(
  call: ObjectCall,
  opened: OpenObject,
  overrides: Record<string, string>,
): Promise<Answer> {
  const { head } = opened;
  const outcome = readOutcome(call.headers, head);
  if (outcome === 'failed') throw new S3Error('PreconditionFailed');
  const headers = { ...objectHeaders(head), ...overrides };
  if (outcome === 'unmodified') return { status: 304, headers };
  const range = rangeMatches(call.headers, head) ? call.headers.get('range') : undefined;
  const span = readRange(range, head.size);
  if (span !== undefined) return partAnswer(opened, span, headers);
  const whole = { ...headers, ...requestedChecksum(call, head) };
  if (call.method === 'GET' && head.size <= maxVerifiedBytes) {
    return { status: 200, headers: whole, body: await readVerified(opened) };
  }
  return {
    status: 200,
    headers: whole,
    body: { handle: opened.handle, start: 0, length: head.size },
  };
}

function partAnswer(
  { head, handle }: OpenObject,
  span: Span,
  headers: Record<string, string>,
): Answer {
  const last = span.start + span.length - 1;
  const contentRange = `bytes ${span.start}-${last}/${head.size}`;
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange },
    body: { handle, ...span },
  };
}

function objectHeaders(head: ObjectHead): Record<string, string> {
  const tags = head.tags === null ? 0 : countTags(head.tags);
  return {
    ...head.headers,
    ...encrypted,
    ...(tags > 0 && { 'x-amz-tagging-count': String(tags) }),
    'accept-ranges': 'bytes',
    'last-modified': new Date(head.modified).toUTCString(),
    etag: `"${head.etag}"`,
  };
}

function requestedChecksum(call: ObjectCall, head: ObjectHead): Record<string, string> {
  const wanted = call.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return wanted ? checksumHeaders(head.checksum) : {};
}

function checksumHeaders(checksum: ObjectHead['checksum']): Record<string, string> {
  if (checksum === null) return {};
  return { [checksum.name]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

/** Query parameters of a signed read that override headers of the answer. */
export const overridable: readonly string[] = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
].map((name) => `response-${name}`);

function responseOverrides(query: ReadonlyMap<string, string>): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of overridable) {
    const value = query.get(name);
    if (value === undefined) continue;
    // Printable ASCII only. With a line break, a link could inject headers.
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw new S3Error('InvalidArgument');
    overrides[name.slice('response-'.length)] = value;
  }
  return overrides;
}
