import { createHash } from 'node:crypto';
import { isSameHex } from '../../http/sigv4.ts';
import { type Checksum, startDigest } from './checksum.ts';
import { S3Error } from './s3-error.ts';

/** Size and digests of bytes that were read completely. */
export type Digests = {
  readonly md5: string;
  readonly size: number;
  readonly checksum: Checksum | null;
};

export type MeterOptions = {
  /** The header of the checksum to compute. */
  readonly algorithm: string | undefined;
  /** The SHA-256, in hex, that the bytes must have. */
  readonly sha256?: string | undefined;
};

/** What the client says about the bytes: its checksum, and the header Content-MD5. */
export type ExpectedDigests = {
  readonly checksum?: Checksum | undefined;
  readonly md5?: string | undefined;
};

export type Meter = {
  /** Passes bytes on while it counts and hashes them. Throws `overrun` after `limit` bytes. */
  readonly count: (
    source: AsyncIterable<Buffer>,
    limit: number,
    overrun: () => Error,
  ) => AsyncGenerator<Buffer>;
  readonly size: () => number;
  /** Call it once, after reading the bytes. Throws unless they match what is expected. */
  readonly verify: (expected: ExpectedDigests) => Digests;
};

/** Counts and hashes bytes that pass through it. */
export function createMeter({ algorithm, sha256: wanted }: MeterOptions): Meter {
  const md5 = createHash('md5');
  const sha256 = wanted === undefined ? undefined : createHash('sha256');
  const digest = algorithm === undefined ? undefined : startDigest(algorithm);
  let size = 0;
  const count: Meter['count'] = async function* (source, limit, overrun) {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw overrun();
      md5.update(chunk);
      sha256?.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
  };
  const verify = (expected: ExpectedDigests): Digests => {
    if (wanted !== undefined && !isSameHex(sha256?.digest('hex') ?? '', wanted)) {
      throw new S3Error('XAmzContentSHA256Mismatch');
    }
    const md5Bytes = md5.digest();
    if (expected.md5 !== undefined) checkMd5(expected.md5, md5Bytes);
    const computed =
      algorithm === undefined ? null : { name: algorithm, value: digest?.base64() ?? '' };
    const given = expected.checksum;
    if (given !== undefined && given.value !== computed?.value) throw new S3Error('BadDigest');
    return { md5: md5Bytes.toString('hex'), size, checksum: computed };
  };
  return { count, size: () => size, verify };
}

function checkMd5(given: string, computed: Buffer): void {
  const bytes = Buffer.from(given, 'base64');
  if (bytes.length !== 16) throw new S3Error('InvalidDigest');
  if (!bytes.equals(computed)) throw new S3Error('BadDigest');
}
