import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveSigner, printScope } from '../../../../local/http/sigv4-canonical.ts';
import { decodeChunked } from '../../../../local/s3/wire/chunked-body.ts';
import {
  bucket,
  errorCode,
  owner,
  type Running,
  send,
  signedRequest,
  signerFor,
  startEmbedded,
} from '../embedded-s3.ts';

const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const checksumName = 'x-amz-checksum-crc32';

function crc(data: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(data));
  return bytes.toString('base64');
}

type Seed = { readonly signature: string; readonly amzDate: string; readonly secret: string };

/** The client side of signed streaming. The example in the documentation checks its key derivation. */
function encodeSigned(chunks: readonly Buffer[], seed: Seed, trailer?: string): Buffer {
  const scope = { date: seed.amzDate.slice(0, 8), region: 'us-east-1', service: 's3' };
  const sign = deriveSigner(seed.secret, scope);
  let previous = seed.signature;
  const link = (kind: string, parts: readonly string[]): string => {
    const head = [`AWS4-HMAC-SHA256-${kind}`, seed.amzDate, printScope(scope), previous];
    previous = sign([...head, ...parts].join('\n'));
    return previous;
  };
  const out = [...chunks, Buffer.alloc(0)].map((chunk) => {
    const signature = link('PAYLOAD', [hex(''), hex(chunk)]);
    const header = `${chunk.length.toString(16)};chunk-signature=${signature}\r\n`;
    return Buffer.concat([Buffer.from(header), chunk, Buffer.from(chunk.length > 0 ? '\r\n' : '')]);
  });
  const end =
    trailer === undefined
      ? ''
      : `${trailer}\r\nx-amz-trailer-signature:${link('TRAILER', [hex(`${trailer}\n`)])}\r\n`;
  return Buffer.concat([...out, Buffer.from(`${end}\r\n`)]);
}

async function* pieces(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

describe('the example of signed streaming in the S3 documentation', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const amzDate = '20130524T000000Z';
  const scope = { date: '20130524', region: 'us-east-1', service: 's3' };
  const signatures = [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ] as const;
  const wire = Buffer.from(
    `10000;chunk-signature=${signatures[0]}\r\n${'a'.repeat(65_536)}\r\n` +
      `400;chunk-signature=${signatures[1]}\r\n${'a'.repeat(1024)}\r\n` +
      `0;chunk-signature=${signatures[2]}\r\n\r\n`,
  );
  const decode = async (data: Buffer, size: number): Promise<Buffer> => {
    const credential = {
      identity: owner,
      presigned: false,
      signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      amzDate,
      scope: printScope(scope),
      sign: deriveSigner(secret, scope),
    };
    const form = { signed: true, trailer: false };
    const body = { form, credential, announced: [], onTrailers: () => undefined };
    const parts: Buffer[] = [];
    for await (const part of decodeChunked(pieces(data, size), body)) parts.push(part);
    return Buffer.concat(parts);
  };

  it('is decoded for any size of network packets', async () => {
    const expected = 'a'.repeat(66_560);
    for (const size of [7, 1000, 65_536, wire.length]) {
      expect((await decode(wire, size)).toString() === expected).toBe(true);
    }
  });

  it('fails if any byte is changed', async () => {
    const at = fc.integer({ min: 0, max: wire.length - 1 });
    const anySize = fc.constantFrom(1000, wire.length);
    await fc.assert(
      fc.asyncProperty(at, anySize, async (position, size) => {
        const changed = Buffer.from(wire);
        changed[position] = (changed[position] ?? 0) ^ 1;
        await expect(decode(changed, size)).rejects.toThrow();
      }),
      {
        numRuns: 60,
        examples: [
          [0, 1000],
          [5, 1000],
          [wire.length - 1, 1000],
          [90, 1000],
        ],
      },
    );
  });
});

describe('an aws-chunked body', () => {
  let embedded: Running;
  beforeAll(async () => {
    embedded = await startEmbedded();
  });
  afterAll(() => embedded.discard());

  const data = Buffer.from('a body in several chunks');
  const parts = [data.subarray(0, 10), data.subarray(10)];
  const trailer = `${checksumName}:${crc(data)}`;
  const plain = (end: string): string =>
    `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n${end}\r\n`;

  type Upload = {
    readonly form: string;
    readonly length?: string;
    readonly encode: (seed: Seed) => Buffer | string;
    readonly extra?: Record<string, string>;
  };

  async function upload({ form, length = String(data.length), encode, extra = {} }: Upload) {
    const { port } = embedded;
    const path = `/${bucket}/chunked`;
    const headers = {
      host: `127.0.0.1:${port}`,
      'content-encoding': 'gzip, aws-chunked',
      'x-amz-content-sha256': form,
      'x-amz-decoded-content-length': length,
      ...(form.endsWith('TRAILER') && { 'x-amz-trailer': checksumName }),
      ...extra,
    };
    const target = {
      method: 'PUT',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      path,
      query: {},
    };
    const signed = await signerFor(owner).sign({ ...target, headers });
    const signature =
      /Signature=([0-9a-f]{64})/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
    const amzDate = signed.headers['x-amz-date'] ?? '';
    const body = encode({ signature, amzDate, secret: owner.secretAccessKey });
    return send(port, 'PUT', path, signed.headers, body);
  }

  const signedForm = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const unsignedTrailer = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

  it.each([
    ['signed', { form: signedForm, encode: (seed: Seed) => encodeSigned(parts, seed) }],
    [
      'signed, with a signed trailer',
      { form: `${signedForm}-TRAILER`, encode: (seed: Seed) => encodeSigned(parts, seed, trailer) },
    ],
    ['unsigned, with a trailer', { form: unsignedTrailer, encode: () => plain(`${trailer}\r\n`) }],
  ])('%s is decoded, and aws-chunked is not stored as an encoding', async (_, one) => {
    expect((await upload(one)).status).toBe(200);
    const reply = await signedRequest({ ...embedded, path: `/${bucket}/chunked` });
    expect(reply.body.toString()).toBe(data.toString());
    expect(reply.headers['content-encoding']).toBe('gzip');
  });

  const tampered = (change: (text: string) => string) => (seed: Seed) =>
    change(encodeSigned(parts, seed, trailer).toString('latin1'));
  const trailed = `${signedForm}-TRAILER`;
  const refusals: readonly [string, Upload, string][] = [
    [
      'a byte changed',
      { form: trailed, encode: tampered((text) => text.replace('several', 'Several')) },
      'SignatureDoesNotMatch',
    ],
    [
      'a trailer changed',
      {
        form: trailed,
        encode: tampered((text) => text.replace(trailer, `${checksumName}:AAAAAA==`)),
      },
      'SignatureDoesNotMatch',
    ],
    [
      'the trailer signature left out',
      {
        form: trailed,
        encode: tampered((text) => text.replace(/x-amz-trailer-signature.*\r\n/, '')),
      },
      'SignatureDoesNotMatch',
    ],
    [
      'a chain that begins elsewhere',
      { form: signedForm, encode: (seed) => encodeSigned(parts, { ...seed, signature: '0' }) },
      'SignatureDoesNotMatch',
    ],
    ['no chunk signatures', { form: signedForm, encode: () => plain('') }, 'IncompleteBody'],
    [
      'another length',
      { form: signedForm, length: '5', encode: (seed) => encodeSigned(parts, seed) },
      'IncompleteBody',
    ],
    [
      'a longer length',
      { form: signedForm, length: '99', encode: (seed) => encodeSigned(parts, seed) },
      'IncompleteBody',
    ],
    [
      'no length',
      { form: signedForm, length: '', encode: (seed) => encodeSigned(parts, seed) },
      'MissingContentLength',
    ],
    [
      'too great a length',
      { form: signedForm, length: '104857601', encode: (seed) => encodeSigned(parts, seed) },
      'EntityTooLarge',
    ],
    [
      'a wrong checksum',
      { form: unsignedTrailer, encode: () => plain(`${checksumName}:AAAAAA==\r\n`) },
      'BadDigest',
    ],
    [
      'its trailer missing',
      { form: unsignedTrailer, encode: () => plain('') },
      'MalformedTrailerError',
    ],
    [
      'another trailer',
      { form: unsignedTrailer, encode: () => plain('x-other:1\r\n') },
      'MalformedTrailerError',
    ],
    [
      'data after its end',
      { form: unsignedTrailer, encode: () => `${plain(`${trailer}\r\n`)}more` },
      'IncompleteBody',
    ],
    [
      'its end missing',
      { form: unsignedTrailer, encode: () => plain('').slice(0, -4) },
      'IncompleteBody',
    ],
    [
      'a chunk of minus one',
      { form: unsignedTrailer, encode: () => '-1\r\n\r\n' },
      'IncompleteBody',
    ],
    [
      'a chunk header without end',
      { form: unsignedTrailer, encode: () => '1'.repeat(9000) },
      'IncompleteBody',
    ],
    [
      'asymmetric signatures',
      { form: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', encode: () => '' },
      'NotImplemented',
    ],
  ];
  it.each(refusals)('with %s is refused', async (_, one, code) => {
    const extra = { 'x-amz-meta-attempt': code };
    const reply = await upload({ ...one, extra });
    expect(errorCode(reply)).toBe(code);
    const head = await signedRequest({ ...embedded, method: 'HEAD', path: `/${bucket}/chunked` });
    expect(head.headers['x-amz-meta-attempt']).toBeUndefined();
  });
});
