import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentEncode, type RawRequest } from '../../../local/http/raw-request.ts';
import { type Identity, SignatureRefusal, verifySignature } from '../../../local/http/sigv4.ts';

const identity: Identity = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  allows: () => true,
};
const signingDate = new Date('2026-05-24T00:00:00Z');
const payloadHash = 'UNSIGNED-PAYLOAD';
const rules = {
  identities: [identity],
  region: 'us-east-1',
  service: 's3',
  payloadHash,
  nowMillis: signingDate.getTime(),
};
const signer = new SignatureV4({
  service: 's3',
  region: 'us-east-1',
  credentials: identity,
  sha256: Sha256,
  uriEscapePath: false,
});

type Parts = {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
};

async function sign({ method, path, query, headers }: Parts): Promise<RawRequest> {
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: 'h',
      path,
      query,
      headers: { host: 'h', 'x-amz-content-sha256': payloadHash, ...headers },
    },
    { signingDate },
  );
  return {
    method,
    path,
    query: Object.entries(query).map(([name, value]) => ({ name, value })),
    headers: new Map(Object.entries(signed.headers)),
  };
}

function faultOf(request: RawRequest, over: Partial<typeof rules> = {}): string {
  try {
    verifySignature(request, { ...rules, ...over });
    return 'none';
  } catch (error) {
    if (error instanceof SignatureRefusal) return error.fault;
    throw error;
  }
}

const word = fc.string({ minLength: 1, maxLength: 12 });
const parts = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'HEAD'),
  path: fc.array(word, { maxLength: 4 }).map((words) => `/${words.map(percentEncode).join('/')}`),
  query: fc.dictionary(word, word, { maxKeys: 4 }).map((query) =>
    Object.fromEntries(
      Object.entries(query).filter(
        // The signer drops this name when it copies a query, so it would sign a different query.
        ([name]) => name !== '__proto__' && !name.toLowerCase().startsWith('x-amz-'),
      ),
    ),
  ),
  headers: fc.record({ 'x-amz-meta-a': fc.constantFrom('b', ' spaced   out ', '"quoted"') }),
});

describe('a signature', () => {
  it("made by AWS's own signer is accepted for any request", async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (one) => {
        expect(faultOf(await sign(one))).toBe('none');
      }),
      { numRuns: 200 },
    );
  });

  it('of the example in the S3 documentation is accepted', () => {
    const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const request: RawRequest = {
      method: 'GET',
      path: '/test.txt',
      query: [],
      headers: new Map([
        ['host', 'examplebucket.s3.amazonaws.com'],
        ['range', 'bytes=0-9'],
        ['x-amz-content-sha256', emptyHash],
        ['x-amz-date', '20130524T000000Z'],
        [
          'authorization',
          'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
            'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
            'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
        ],
      ]),
    };
    const at = { payloadHash: emptyHash, nowMillis: Date.parse('2013-05-24T00:00:00Z') };
    expect(faultOf(request, at)).toBe('none');
    expect(faultOf({ ...request, path: '/test.tx' }, at)).toBe('mismatch');
  });

  const base: Parts = {
    method: 'GET',
    path: '/bucket/a%20b',
    query: { prefix: 'x', 'list-type': '2' },
    headers: { 'x-amz-meta-a': 'b' },
  };
  const withHeader = (name: string, value: string | undefined) => (request: RawRequest) => {
    const headers = new Map(request.headers);
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
    return { ...request, headers };
  };
  const authorization = (change: (text: string) => string) => (request: RawRequest) =>
    withHeader('authorization', change(request.headers.get('authorization') ?? ''))(request);
  const replaced = (from: string | RegExp, to: string) =>
    authorization((text) => text.replace(from, to));

  const mutations: readonly [string, (request: RawRequest) => RawRequest, string][] = [
    ['another method', (request) => ({ ...request, method: 'PUT' }), 'mismatch'],
    ['another spelling of the path', (one) => ({ ...one, path: '/bucket/a+b' }), 'mismatch'],
    ['a path in other case', (one) => ({ ...one, path: '/bucket/%61%20b' }), 'mismatch'],
    [
      'a query value changed',
      (one) => ({ ...one, query: [{ name: 'prefix', value: 'y' }] }),
      'mismatch',
    ],
    ['a query parameter less', (one) => ({ ...one, query: [] }), 'mismatch'],
    [
      'a query parameter more',
      (one) => ({ ...one, query: [...one.query, { name: 'acl', value: '' }] }),
      'mismatch',
    ],
    ['a signed header changed', withHeader('x-amz-meta-a', 'c'), 'mismatch'],
    ['a signed header gone', withHeader('x-amz-meta-a', undefined), 'mismatch'],
    [
      'an unsigned x-amz-* header more',
      withHeader('x-amz-acl', 'public-read'),
      'headers_not_signed',
    ],
    ['another host', withHeader('host', 'evil'), 'mismatch'],
    ['no credential', withHeader('authorization', undefined), 'unsigned'],
    ['an empty credential', withHeader('authorization', ''), 'malformed'],
    ['basic authentication', withHeader('authorization', 'Basic c2lnbmV0'), 'malformed'],
    ['another algorithm', replaced('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'), 'malformed'],
    ['no signature', replaced(/, Signature=.*$/, ''), 'malformed'],
    ['a signature cut short', replaced(/.$/, ''), 'malformed'],
    [
      'a signature in upper case',
      replaced(/Signature=.*$/, `Signature=${'A'.repeat(64)}`),
      'malformed',
    ],
    ['a signature of zeros', replaced(/Signature=.*$/, `Signature=${'0'.repeat(64)}`), 'mismatch'],
    [
      'two signatures',
      authorization((text) => `${text}, Signature=${'0'.repeat(64)}`),
      'malformed',
    ],
    ['another key', replaced('Credential=AKIA', 'Credential=BKIA'), 'unknown_key'],
    ['another Region', replaced('us-east-1', 'eu-west-1'), 'wrong_scope'],
    ['another service', replaced('/s3/', '/sts/'), 'wrong_scope'],
    ['another day', replaced('/20260524/', '/20260525/'), 'wrong_scope'],
    ['another terminator', replaced('aws4_request', 'aws5_request'), 'wrong_scope'],
    [
      'a host left unsigned',
      replaced('SignedHeaders=host;', 'SignedHeaders='),
      'headers_not_signed',
    ],
    [
      'signed headers out of order',
      replaced(/SignedHeaders=host;([^,]*)/, 'SignedHeaders=$1;host'),
      'malformed',
    ],
    ['another time', withHeader('x-amz-date', '20260524T000001Z'), 'mismatch'],
    ['an invalid time', withHeader('x-amz-date', '20260524T999999Z'), 'malformed'],
    ['no time', withHeader('x-amz-date', undefined), 'malformed'],
    [
      'a second credential in the query',
      (one) => ({ ...one, query: [{ name: 'X-Amz-Signature', value: '0' }] }),
      'two_credentials',
    ],
  ];
  it.each(mutations)('with %s is refused', async (_, mutate, fault) => {
    const signed = await sign(base);
    expect(faultOf(signed)).toBe('none');
    expect(faultOf(mutate(signed))).toBe(fault);
  });

  it('is refused for another payload hash', async () => {
    expect(faultOf(await sign(base), { payloadHash: 'x' })).toBe('mismatch');
  });

  it('is refused if any digit is changed', async () => {
    const signed = await sign(base);
    for (let digit = 1; digit <= 64; digit += 1) {
      const flip = authorization((text) => {
        const at = text.length - digit;
        return `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
      });
      expect(faultOf(flip(signed))).toBe('mismatch');
    }
  });

  const minute = 60_000;
  it.each([
    [15 * minute, 'none'],
    [15 * minute + 1, 'skewed'],
    [-15 * minute, 'none'],
    [-15 * minute - 1, 'skewed'],
  ])('%i ms after signing is %s', async (offset, fault) => {
    const nowMillis = signingDate.getTime() + offset;
    expect(faultOf(await sign(base), { nowMillis })).toBe(fault);
  });
});
