import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isSameHex, type Verified } from '../../http/sigv4.ts';
import { type Checksum, checkChecksumForm, isChecksum, startDigest } from './checksum.ts';
import { type ChunkedForm, decodeChunked } from './chunked-body.ts';
import { bodyIdleMillis } from './limits.ts';
import { S3Error } from './s3-error.ts';

/** Size and digests of a body that was read completely and verified. */
export type Digests = {
  readonly md5: string;
  readonly size: number;
  readonly checksum: Checksum | undefined;
};

export type Payload = {
  readonly chunks: AsyncIterable<Buffer>;
  /** Call it after reading the chunks. Throws unless they match every digest that the client sent. */
  readonly verify: () => Digests;
};

export type PayloadRequest = {
  readonly message: IncomingMessage;
  readonly headers: ReadonlyMap<string, string>;
  readonly payloadHash: string;
  readonly credential: Verified;
  readonly maxBytes: number;
};

const chunkedForms: Readonly<Record<string, ChunkedForm>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailer: true },
};

/** Opens a request's body. It is decoded, counted and hashed while it is read. */
export function openPayload(request: PayloadRequest): Payload {
  const { headers, payloadHash, maxBytes } = request;
  const form = chunkedForm(payloadHash);
  const size = declaredSize(headers, form !== undefined);
  if (size > maxBytes) throw new S3Error('EntityTooLarge');
  const announced = declaredTrailers(headers, form);
  const given = readChecksum(headers);
  const algorithm = given?.name ?? announced.find(isChecksum);
  const trailers = new Map<string, string>();
  const onTrailers = (read: ReadonlyMap<string, string>): void => {
    for (const [name, value] of read) trailers.set(name, value);
  };
  const raw = readWithTimeout(request.message);
  const { credential } = request;
  const decoded =
    form === undefined ? raw : decodeChunked(raw, { form, credential, announced, onTrailers });
  const meter = createMeter(algorithm, payloadHash);
  const verify = (): Digests => {
    const read = algorithm === undefined ? undefined : trailers.get(algorithm);
    const trailing =
      algorithm === undefined || read === undefined ? undefined : { name: algorithm, value: read };
    return meter.verify({ size, checksum: given ?? trailing, md5: headers.get('content-md5') });
  };
  return { chunks: meter.count(decoded, size), verify };
}

function chunkedForm(payloadHash: string): ChunkedForm | undefined {
  if (Object.hasOwn(chunkedForms, payloadHash)) return chunkedForms[payloadHash];
  if (payloadHash === 'UNSIGNED-PAYLOAD' || /^[0-9a-f]{64}$/.test(payloadHash)) return undefined;
  if (payloadHash.startsWith('STREAMING-')) throw new S3Error('NotImplemented');
  throw new S3Error('InvalidArgument', 'The value of x-amz-content-sha256 is not supported.');
}

function declaredSize(headers: ReadonlyMap<string, string>, chunked: boolean): number {
  const text = headers.get(chunked ? 'x-amz-decoded-content-length' : 'content-length') ?? '';
  if (!/^[0-9]{1,15}$/.test(text)) throw new S3Error('MissingContentLength');
  return Number(text);
}

function declaredTrailers(
  headers: ReadonlyMap<string, string>,
  form: ChunkedForm | undefined,
): readonly string[] {
  const text = headers.get('x-amz-trailer');
  if (form?.trailer !== true || text === undefined) return [];
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (!names.every(isChecksum) || names.length !== 1) {
    throw new S3Error('InvalidRequest', 'x-amz-trailer must name one checksum.');
  }
  return names;
}

function readChecksum(headers: ReadonlyMap<string, string>): Checksum | undefined {
  const given = [...headers].filter(([name]) => isChecksum(name));
  if (given.length > 1) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header.');
  }
  const [name, value] = given[0] ?? [];
  if (name === undefined || value === undefined) return undefined;
  checkChecksumForm({ name, value });
  return { name, value };
}

/** Reads the chunks of a body. Throws RequestTimeout if the sender pauses for too long. */
async function* readWithTimeout(message: IncomingMessage): AsyncGenerator<Buffer> {
  const iterator = message.iterator({ destroyOnReturn: false });
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new S3Error('RequestTimeout')), bodyIdleMillis);
    });
    try {
      const next = await Promise.race([iterator.next(), silence]);
      if (next.done === true) return;
      yield next.value as Buffer;
    } finally {
      clearTimeout(timer);
    }
  }
}

type Expected = {
  readonly size: number;
  readonly checksum: Checksum | undefined;
  readonly md5: string | undefined;
};

type Meter = {
  readonly count: (source: AsyncIterable<Buffer>, limit: number) => AsyncGenerator<Buffer>;
  readonly verify: (expected: Expected) => Digests;
};

function createMeter(algorithm: string | undefined, payloadHash: string): Meter {
  const md5 = createHash('md5');
  const sha256 = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash('sha256') : undefined;
  const digest = algorithm === undefined ? undefined : startDigest(algorithm);
  let size = 0;
  async function* count(source: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw new S3Error('IncompleteBody');
      md5.update(chunk);
      sha256?.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
  }
  const verify = (expected: Expected): Digests => {
    if (size !== expected.size) throw new S3Error('IncompleteBody');
    if (sha256 !== undefined && !isSameHex(sha256.digest('hex'), payloadHash)) {
      throw new S3Error('XAmzContentSHA256Mismatch');
    }
    const md5Bytes = md5.digest();
    if (expected.md5 !== undefined) checkMd5(expected.md5, md5Bytes);
    const checksum = verifyChecksum(expected.checksum, digest?.base64());
    return { md5: md5Bytes.toString('hex'), size, checksum };
  };
  return { count, verify };
}

function checkMd5(given: string, computed: Buffer): void {
  const bytes = Buffer.from(given, 'base64');
  if (bytes.length !== 16) throw new S3Error('InvalidDigest');
  if (!bytes.equals(computed)) throw new S3Error('BadDigest');
}

function verifyChecksum(
  given: Checksum | undefined,
  computed: string | undefined,
): Checksum | undefined {
  if (given === undefined) return undefined;
  if (given.value !== computed) throw new S3Error('BadDigest');
  return given;
}
