import type { IncomingMessage } from 'node:http';
import type { Verified } from '../../http/sigv4.ts';
import { type Checksum, checkChecksumForm, isChecksum } from './checksum.ts';
import { type ChunkedForm, decodeChunked } from './chunked-body.ts';
import { createMeter, type Digests } from './digests.ts';
import { bodyIdleMillis, maxXmlBytes } from './limits.ts';
import { S3Error } from './s3-error.ts';

export type Payload = {
  readonly chunks: AsyncIterable<Buffer>;
  /** The header of the checksum that the client sends. */
  readonly algorithm: string | undefined;
  /** Call it after reading the chunks. Throws unless they match every digest that the client sent. */
  readonly verify: () => Digests;
};

export type PayloadRequest = {
  readonly message: IncomingMessage;
  readonly headers: ReadonlyMap<string, string>;
  readonly payloadHash: string;
  readonly credential: Verified;
  readonly maxBytes: number;
  /** The checksum to compute if the client sends none. */
  readonly wantedChecksum?: string | undefined;
};

const chunkedForms: Readonly<Record<string, ChunkedForm>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailer: true },
};

/** Opens a request's body. It is decoded, counted and hashed while it is read. */
export function openPayload(request: PayloadRequest): Payload {
  const { headers, payloadHash, maxBytes, wantedChecksum } = request;
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
  const sha256 = /^[0-9a-f]{64}$/.test(payloadHash) ? payloadHash : undefined;
  const meter = createMeter({ algorithm: algorithm ?? wantedChecksum, sha256 });
  const verify = (): Digests => {
    const read = algorithm === undefined ? undefined : trailers.get(algorithm);
    const trailing =
      algorithm === undefined || read === undefined ? undefined : { name: algorithm, value: read };
    if (meter.size() !== size) throw new S3Error('IncompleteBody');
    return meter.verify({ checksum: given ?? trailing, md5: headers.get('content-md5') });
  };
  const overrun = (): S3Error => new S3Error('IncompleteBody');
  return { chunks: meter.count(decoded, size, overrun), algorithm, verify };
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

/** The checksum header of a request. Throws if there are two, or it cannot be a digest. */
export function readChecksum(headers: ReadonlyMap<string, string>): Checksum | undefined {
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
export async function* readWithTimeout(message: IncomingMessage): AsyncGenerator<Buffer> {
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

/** Reads a whole XML document from a body, without the checksums in `headers` if they are not its own. */
export async function readDocument(request: Omit<PayloadRequest, 'maxBytes'>): Promise<string> {
  const payload = openPayload({ ...request, maxBytes: maxXmlBytes });
  const chunks: Buffer[] = [];
  for await (const chunk of payload.chunks) chunks.push(chunk);
  payload.verify();
  return Buffer.concat(chunks).toString();
}
