import { createHash } from 'node:crypto';

/**
 * The ETag of an object that was uploaded in parts: the MD5 of the parts' MD5s, and their number.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function combineMd5(digests: readonly string[]): string {
  const bytes = Buffer.concat(digests.map((digest) => Buffer.from(digest, 'hex')));
  return `${createHash('md5').update(bytes).digest('hex')}-${digests.length}`;
}
