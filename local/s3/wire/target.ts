import { percentDecode, type RawRequest } from '../../http/raw-request.ts';
import { maxKeyBytes } from './limits.ts';
import { S3Error } from './s3-error.ts';

/** The target of a request: the service, a bucket, or an object. */
export type BucketAndKey =
  | { readonly level: 'service' }
  | { readonly level: 'bucket'; readonly bucket: string }
  | { readonly level: 'object'; readonly bucket: string; readonly key: string };

/** Reads bucket and key from the path. The bucket may also be in the host: `bucket.localhost`. */
export function readTarget(request: RawRequest, buckets: ReadonlySet<string>): BucketAndKey {
  const host = (request.headers.get('host') ?? '').toLowerCase().split(':', 1)[0] ?? '';
  const hosted = host.endsWith('.localhost') ? host.slice(0, -'.localhost'.length) : '';
  const path = buckets.has(hosted) ? `/${hosted}${request.path}` : request.path;
  const slash = path.indexOf('/', 1);
  const bucket = path.slice(1, slash < 0 ? undefined : slash);
  const rest = slash < 0 ? '' : path.slice(slash + 1);
  if (bucket === '') {
    if (slash < 0) return { level: 'service' };
    throw new S3Error('InvalidBucketName');
  }
  if (rest === '') return { level: 'bucket', bucket };
  return { level: 'object', bucket, key: readKey(rest) };
}

function readKey(rest: string): string {
  // S3 reads a plus in a path as a space. Clients send a literal plus as %2B.
  const key = percentDecode(rest.replaceAll('+', ' '));
  if (key === undefined || key.includes('\0')) throw new S3Error('InvalidURI');
  return checkKeyLength(key);
}

/** Returns the key, or throws KeyTooLongError. */
export function checkKeyLength(key: string): string {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error('KeyTooLongError');
  return key;
}
