import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeKey, locateBucket, s3Reader } from '../../../shared/adapters/s3-reader.ts';
import { bucket, owner, type Running, reader, startEmbedded } from '../../local/s3/embedded-s3.ts';

/* The embedded S3 verifies signatures with code of its own, so it is independent of the signer here. */

const patience = { tryMilliseconds: 60_000, deadline: () => Number.POSITIVE_INFINITY };
const any = { maxBytes: 1_000_000 };

let s3: Running;
beforeAll(async () => {
  s3 = await startEmbedded();
});
afterAll(() => s3.discard());
afterEach(() => {
  vi.unstubAllEnvs();
});

const accessOf = ({ accessKeyId, secretAccessKey } = owner) => ({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${s3.port}`,
  credentials: { accessKeyId, secretAccessKey },
});
const readerOf = (identity = owner, name = bucket, clock = Date.now) =>
  s3Reader(accessOf(identity), name, patience, clock);

const put = (key: string, body: string | Uint8Array, metadata: Record<string, string> = {}) =>
  s3.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: metadata }));

/** Names with everything that URLs, forms and signatures treat as special. */
const special = [
  ...[
    "a b+c%2B/d%20e/~'()*!,;:@&=$?#[]",
    'ä/é/e\u0301/日本/🙂',
    'a//b///c',
    '%',
    '%zz',
    '"<>\\^`{|}',
  ],
  ...['-._~', 'CAPS/caps', '\u007f', ' lead', 'trail ', 'a\tb'],
];
const dotted = ['a/../b', './a', '..', 'a/./b/', '/leading', '//two', 'trailing/'];

const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const keys = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('the path of a key', () => {
  let client: S3Client;
  let sent = '';
  beforeAll(() => {
    client = new S3Client({ ...accessOf(), forcePathStyle: true, maxAttempts: 1 });
    client.middlewareStack.add(
      () => async (step) => {
        sent = (step.request as { path: string }).path;
        throw new Error('enough');
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
  });
  afterAll(() => client.destroy());

  /** The path that the SDK would send. */
  async function sdkPath(key: string): Promise<string> {
    await client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
    return sent;
  }

  it.each([...special, ...dotted])('%j is the one that the SDK sends', async (key) => {
    expect(`/${bucket}/${encodeKey(key)}`).toBe(await sdkPath(key));
  });

  it('is the one that the SDK sends for any key', async () => {
    const anyKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anyKey, async (key) => {
        expect(`/${bucket}/${encodeKey(key)}`).toBe(await sdkPath(key));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a reader of S3', () => {
  it.each(special)('reads the object that the SDK stored under %j', async (key) => {
    await put(key, `body of ${key}`);
    const read = await readerOf().get(key, any);
    expect(read).toMatchObject({ body: Buffer.from(`body of ${key}`) });
  });

  it('reads what the SDK stored under any key', async () => {
    const got = readerOf();
    await fc.assert(
      fc.asyncProperty(keys, fc.uint8Array({ maxLength: 300 }), async (key, body) => {
        await put(key, body);
        expect(await got.get(key, any)).toMatchObject({ body: Buffer.from(body) });
      }),
      { numRuns: 100 },
    );
  });

  it('returns the ETag with its quotes, and the metadata', async () => {
    // `printf hello | md5sum`
    await put('hello', 'hello', { colour: 'red', 'two-words': 'a b' });
    expect(await readerOf().get('hello', any)).toEqual({
      body: Buffer.from('hello'),
      etag: '"5d41402abc4b2a76b9719d911017c592"',
      metadata: { colour: 'red', 'two-words': 'a b' },
    });
  });

  it('is unchanged only while the ETag is the same', async () => {
    const etag = '"5d41402abc4b2a76b9719d911017c592"';
    await put('hello', 'hello');
    expect(await readerOf().get('hello', { ...any, unlessEtag: etag })).toBe('unchanged');
    await put('hello', 'other');
    const read = await readerOf().get('hello', { ...any, unlessEtag: etag });
    expect(read).toMatchObject({ body: Buffer.from('other') });
  });

  it.each([
    { bytes: 10, maxBytes: 10, end: 'read' },
    { bytes: 11, maxBytes: 10, end: 'too-large' },
    { bytes: 0, maxBytes: 0, end: 'read' },
  ])(
    'an object of $bytes bytes, of at most $maxBytes, is $end',
    async ({ bytes, maxBytes, end }) => {
      await put('sized', Buffer.alloc(bytes));
      const read = await readerOf().get('sized', { maxBytes });
      expect(typeof read === 'string' ? read : 'read').toBe(end);
    },
  );

  it('a missing object is missing, a missing bucket is a failure', async () => {
    expect(await readerOf().get('nothing', any)).toBe('missing');
    await expect(readerOf(owner, 'signet-nowhere').get('hello', any)).rejects.toThrow(
      'S3 get on signet-nowhere failed: NoSuchBucket 404',
    );
  });

  it.each([
    { who: 'a role that may not list', identity: reader, code: 'AccessDenied' },
    {
      who: 'an unknown access key',
      identity: { ...owner, accessKeyId: 'stranger' },
      code: 'InvalidAccessKeyId',
    },
    {
      who: 'a wrong secret',
      identity: { ...owner, secretAccessKey: 'canary-secret' },
      code: 'SignatureDoesNotMatch',
    },
  ])('for $who, a failure names $code and nothing else', async ({ identity, code }) => {
    await expect(readerOf(identity).get('nothing', any)).rejects.toThrow(
      expect.objectContaining({
        name: 'PortFailure',
        message: `S3 get on ${bucket} failed: ${code} 403`,
        answered: true,
      }),
    );
  });

  it.each([20, -20])(
    'a clock that is %i minutes off is corrected by the answer',
    async (minutes) => {
      await put('hello', 'hello');
      const got = readerOf(owner, bucket, () => Date.now() + minutes * 60_000);
      // Several reads at once are all refused, and each corrects itself.
      const reads = await Promise.all(Array.from({ length: 3 }, () => got.get('hello', any)));
      expect(reads).toMatchObject(Array(3).fill({ body: Buffer.from('hello') }));
    },
  );

  it('signs for the Region of its settings, in whatever Region it runs', async () => {
    vi.stubEnv('AWS_REGION', 'ap-southeast-2');
    vi.stubEnv('AWS_DEFAULT_REGION', 'ap-southeast-2');
    await put('hello', 'hello');
    expect(await readerOf().get('hello', any)).toMatchObject({ body: Buffer.from('hello') });
  });

  it('uses the credentials that Lambda gives, if the settings have none', async () => {
    const { credentials, ...access } = accessOf();
    await put('hello', 'hello');
    const got = s3Reader(access, bucket, patience, Date.now);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      vi.stubEnv(name, undefined);
    await expect(got.get('hello', any)).rejects.toThrow(
      'failed: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', 'a-token');
    expect(await got.get('hello', any)).toMatchObject({ body: Buffer.from('hello') });
  });

  it.each(['', '\ud800'])('%j is not a key, and nothing is sent', async (key) => {
    const nowhere = { ...accessOf(), endpoint: 'http://127.0.0.1:1' };
    const got = s3Reader(nowhere, bucket, patience, Date.now);
    await expect(got.get(key, any)).rejects.toThrow(`S3 get on ${bucket} failed: not a key`);
  });
});

describe('the address of a bucket', () => {
  it.each([
    {
      bucket: 'signet-config',
      origin: 'https://signet-config.s3.eu-west-1.amazonaws.com',
      folder: '/',
    },
    {
      bucket: 'img.acme.com',
      origin: 'https://s3.eu-west-1.amazonaws.com',
      folder: '/img.acme.com/',
    },
  ])('$bucket is at $origin$folder', ({ bucket: name, ...at }) => {
    expect(locateBucket({ region: 'eu-west-1' }, name)).toEqual(at);
  });

  it('is below the endpoint, if there is one', () => {
    expect(locateBucket({ region: 'x', endpoint: 'http://[::1]:8082' }, 'signet-config')).toEqual({
      origin: 'http://[::1]:8082',
      folder: '/signet-config/',
    });
  });
});
