import { type Clock, type GetOptions, type ObjectReader, PortFailure } from '../ports.ts';
import type { AwsAccess } from './aws-client.ts';
import type { HttpAnswer } from './exchange.ts';
import {
  answerFailure,
  createSignedRead,
  type ReadAnswer,
  type ReadLimits,
  type Service,
  type SignedRead,
} from './signed-read.ts';

/** In all XML errors: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const errorForm = /<Code>(?<code>[A-Za-z][A-Za-z0-9.]{0,63})<\/Code>/;

/** The code of an error. Only this form goes to the log: the rest may contain secrets. */
function errorCode({ body }: HttpAnswer): string | undefined {
  if (body === 'too-large') return undefined;
  return errorForm.exec(Buffer.from(body).toString())?.groups?.['code'];
}

/**
 * Where the objects of a bucket are. The certificate of S3 does not cover a bucket's name with dots, so
 * such a bucket is named in the path.
 */
export function locateBucket({ region, endpoint }: AwsAccess, bucket: string) {
  if (endpoint !== undefined) return { origin: new URL(endpoint).origin, folder: `/${bucket}/` };
  const host = `s3.${region}.amazonaws.com`;
  if (bucket.includes('.')) return { origin: `https://${host}`, folder: `/${bucket}/` };
  return { origin: `https://${bucket}.${host}`, folder: '/' };
}

/**
 * Encodes a key as S3 signs it: every UTF-8 byte but unreserved characters (RFC 3986, section 2.3) and
 * slashes, once. Throws an error for text that is not well-formed.
 */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (bare) => `%${bare.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}

const metadataPrefix = 'x-amz-meta-';

function metadataOf({ headers }: HttpAnswer): Readonly<Record<string, string>> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith(metadataPrefix));
  return Object.fromEntries(
    named.map(([name, value]) => [name.slice(metadataPrefix.length), String(value)]),
  );
}

/** A missing bucket also answers 404, but that is a failure of the store and not of the request. */
const isMissing = ({ status, code }: ReadAnswer): boolean =>
  status === 404 && code !== 'NoSuchBucket';

function encodeOrFail(key: string, what: string): string {
  // The path without a key would list the bucket.
  if (key === '' || !key.isWellFormed()) throw new PortFailure(`${what} failed: not a key`, false);
  return encodeKey(key);
}

async function get(
  { folder, what, signedRead }: { folder: string; what: string; signedRead: SignedRead },
  key: string,
  { maxBytes, unlessEtag }: GetOptions,
): ReturnType<ObjectReader['get']> {
  const path = `${folder}${encodeOrFail(key, what)}`;
  const headers = unlessEtag === undefined ? {} : { 'if-none-match': unlessEtag };
  const answer = await signedRead({ what, method: 'GET', path, headers, maxBytes });
  if (isMissing(answer)) return 'missing';
  if (answer.status === 304) return 'unchanged';
  if (answer.status === 301)
    throw new PortFailure(`${what} failed: S3 answered 301: the bucket is in another Region`);
  if (answer.status !== 200) throw answerFailure(what, answer);
  if (answer.body === 'too-large') return answer.body;
  const { etag = '' } = answer.headers;
  return { body: answer.body, etag, metadata: metadataOf(answer) };
}

/**
 * Implements `ObjectReader` for one bucket without the SDK, which is four times the code of the rest of
 * viewer-request.
 */
export function s3Reader(
  access: AwsAccess,
  bucket: string,
  limits: ReadLimits,
  clock: Clock,
): ObjectReader {
  const { origin, folder } = locateBucket(access, bucket);
  const service: Service = { title: 'S3', signedAs: 's3', origin, errorCode };
  const signedRead = createSignedRead(access, service, limits, clock);
  const bound = { folder, what: `S3 get on ${bucket}`, signedRead };
  return { get: (key, options) => get(bound, key, options) };
}
