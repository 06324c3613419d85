import { createHash } from 'node:crypto';
import { isSameHex, type Verified } from '../../http/sigv4.ts';
import { sha256Hex } from '../../http/sigv4-canonical.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import { maxChunkLineBytes } from './limits.ts';
import { S3Error } from './s3-error.ts';

export type ChunkedForm = { readonly signed: boolean; readonly trailer: boolean };

export type ChunkedBody = {
  readonly form: ChunkedForm;
  readonly credential: Verified;
  /** The lower-case names in x-amz-trailer. */
  readonly announced: readonly string[];
  /** Receives the trailers after they were read and, if signed, verified. */
  readonly onTrailers: (trailers: ReadonlyMap<string, string>) => void;
};

const emptyHash = sha256Hex('');

/** Decodes an aws-chunked body. Each chunk's signature is verified before the next chunk is read. */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  body: ChunkedBody,
): AsyncGenerator<Buffer> {
  const reader = createByteReader(source);
  const chain = createChain(body);
  for (;;) {
    const { size, signature } = parseChunkHeader(await readLine(reader), body.form.signed);
    const hash = createHash('sha256');
    for await (const part of reader.take(size)) {
      if (body.form.signed) hash.update(part);
      yield part;
    }
    chain.verifyChunk(hash.digest('hex'), signature);
    if (size === 0) break;
    if ((await readLine(reader)) !== '') throw new S3Error('IncompleteBody');
  }
  body.onTrailers(await readTrailers(reader, body, chain));
  if (!(await reader.atEnd()))
    throw new S3Error('IncompleteBody', 'There is data after the last chunk.');
}

const readLine = (reader: ByteReader): Promise<string> => reader.line(maxChunkLineBytes);

type ChunkHeader = { readonly size: number; readonly signature: string };

function parseChunkHeader(text: string, signed: boolean): ChunkHeader {
  const [size = '', extension = '', ...more] = text.split(';');
  const signature = extension.startsWith('chunk-signature=') ? extension.slice(16) : '';
  if (!/^[0-9A-Fa-f]{1,8}$/.test(size) || more.length > 0 || (signed && signature === '')) {
    throw new S3Error('IncompleteBody', 'A chunk header is not well-formed.');
  }
  return { size: parseInt(size, 16), signature };
}

type Chain = {
  readonly verifyChunk: (hash: string, signature: string) => void;
  readonly verifyTrailer: (hash: string, signature: string) => void;
};

/** Each signature covers the previous one, so chunks cannot be reordered or dropped. */
function createChain({ form, credential }: ChunkedBody): Chain {
  let previous = credential.signature;
  const verify = (kind: string, parts: readonly string[], signature: string): void => {
    if (!form.signed) return;
    const { amzDate, scope, sign } = credential;
    const expected = sign([`AWS4-HMAC-SHA256-${kind}`, amzDate, scope, ...parts].join('\n'));
    if (!isSameHex(expected, signature)) throw new S3Error('SignatureDoesNotMatch');
    previous = expected;
  };
  return {
    verifyChunk: (hash, signature) => verify('PAYLOAD', [previous, emptyHash, hash], signature),
    verifyTrailer: (hash, signature) => verify('TRAILER', [previous, hash], signature),
  };
}

async function readTrailers(
  reader: ByteReader,
  { form, announced }: ChunkedBody,
  chain: Chain,
): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>();
  for (let text = await readLine(reader); text !== ''; text = await readLine(reader)) {
    const mark = text.indexOf(':');
    const name = text.slice(0, mark).trim().toLowerCase();
    if (mark < 0 || trailers.has(name)) throw new S3Error('MalformedTrailerError');
    trailers.set(name, text.slice(mark + 1).trim());
  }
  const signature = trailers.get('x-amz-trailer-signature') ?? '';
  trailers.delete('x-amz-trailer-signature');
  const names = [...trailers.keys()];
  const expected = form.trailer ? announced : [];
  if (names.length !== expected.length || names.some((name) => !expected.includes(name))) {
    throw new S3Error('MalformedTrailerError');
  }
  if (form.trailer) {
    const canonical = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    chain.verifyTrailer(sha256Hex(canonical), signature);
  }
  return trailers;
}
