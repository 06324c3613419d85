import { type Answer, encryptedHeader } from '../wire/answer.ts';
import { missingKeyError, type ObjectCall } from '../wire/call.ts';
import { checksumHeaders } from '../wire/checksum.ts';
import { rangeMatches, readOutcome, writePrecondition } from '../wire/conditions.ts';
import { maxVerifiedBytes } from '../wire/limits.ts';
import { readRange, type Span } from '../wire/range.ts';
import { S3Error } from '../wire/s3-error.ts';
import { type ObjectHead, type OpenObject, readVerified } from './object-file.ts';
import { readPart } from './object-part.ts';
import { countTags } from './tags.ts';

/** DeleteObject. Answers 204 even if the object did not exist. */
export async function deleteObject(call: ObjectCall): Promise<Answer> {
  requireOnlyVersion(call);
  await call.store.remove(call.bucket.name, call.key, writePrecondition(call.headers));
  return { status: 204, headers: {} };
}

/** GetObject and HeadObject. */
export async function getObject(call: ObjectCall): Promise<Answer> {
  requireOnlyVersion(call);
  const overrides = responseOverrides(call.query);
  const opened = await call.store.open(call.bucket.name, call.key);
  if (opened === undefined) throw missingKeyError(call, call.bucket.name);
  let handedOver = false;
  try {
    const answer = await readAnswer(call, opened, overrides);
    handedOver = typeof answer.body === 'object' && 'handle' in answer.body;
    return answer;
  } finally {
    if (!handedOver) await opened.handle.close();
  }
}

/** An object of a bucket without versions is its version `null`. */
function requireOnlyVersion({ query }: ObjectCall): void {
  if ((query.get('versionId') ?? 'null') !== 'null') throw new S3Error('NoSuchVersion');
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
  const part = readPart(call, head);
  if (part !== undefined) return partAnswer(opened, part.span, { ...headers, ...part.headers });
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
  if (span.length === 0) return { status: 200, headers };
  const last = span.start + span.length - 1;
  const contentRange = `bytes ${span.start}-${last}/${head.size}`;
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange },
    body: { handle, ...span },
  };
}

function objectHeaders(head: ObjectHead): Record<string, string> {
  const tags = countTags(head.tags);
  return {
    ...head.headers,
    ...encryptedHeader,
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
