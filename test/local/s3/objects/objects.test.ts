import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucket,
  errorCode,
  outcome,
  type Running,
  signedRequest,
  startEmbedded,
} from '../embedded-s3.ts';

let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded.discard());

async function read(key: string): Promise<string> {
  const got = await embedded.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await got.Body?.transformToString()) ?? '';
}

describe('an object', () => {
  it('is returned with all headers and metadata of its upload', async () => {
    const put = {
      ContentType: 'image/png',
      CacheControl: 'public, max-age=86400',
      ContentDisposition: 'inline; filename="a b.png"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      Metadata: { 'source-etag': '"abc"', recipe: 'resize,w_400' },
    };
    const tagging = { Tagging: 'team=web&cost=7' };
    const body = 'not really a png';
    const at = { Bucket: bucket, Key: 'round/trip' };
    // HTTP dates have whole seconds.
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    const written = await embedded.s3.send(
      new PutObjectCommand({ ...at, ...put, ...tagging, Body: body }),
    );
    const after = Date.now();
    const head = await embedded.s3.send(new HeadObjectCommand(at));
    const got = await embedded.s3.send(new GetObjectCommand(at));
    expect(head).toMatchObject(put);
    expect(got).toMatchObject({ ...put, TagCount: 2, AcceptRanges: 'bytes', ContentLength: 16 });
    expect(got.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    expect(written.ETag).toBe(got.ETag);
    expect(got.LastModified?.getTime()).toBeGreaterThanOrEqual(before);
    expect(got.LastModified?.getTime()).toBeLessThanOrEqual(after);
  });

  it('has the default type binary/octet-stream', async () => {
    const path = `/${bucket}/typeless`;
    expect((await signedRequest({ ...embedded, method: 'PUT', path, body: 'x' })).status).toBe(200);
    const reply = await signedRequest({ ...embedded, path });
    expect(reply.headers['content-type']).toBe('binary/octet-stream');
    expect(reply.headers['server']).toBe('AmazonS3');
    expect(reply.headers['x-amz-request-id']).toMatch(/^[0-9A-F]{16}$/);
    expect(reply.headers['x-amz-id-2']).toBeTruthy();
  });

  it('is gone after a deletion, which may be repeated', async () => {
    const at = { Bucket: bucket, Key: 'short-lived' };
    await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'x' }));
    expect((await outcome(embedded.s3.send(new DeleteObjectCommand(at)))).status).toBe(204);
    expect((await outcome(embedded.s3.send(new DeleteObjectCommand(at)))).status).toBe(204);
    const got = await outcome(embedded.s3.send(new GetObjectCommand(at)));
    expect(got).toEqual({ status: 404, name: 'NoSuchKey' });
  });

  it('lets a signed read override headers, but not inject them', async () => {
    const path = `/${bucket}/overridden`;
    await signedRequest({ ...embedded, method: 'PUT', path, body: 'x' });
    const query = { 'response-content-type': 'text/x', 'response-content-disposition': 'inline' };
    const reply = await signedRequest({ ...embedded, path, query });
    expect(reply.headers).toMatchObject({
      'content-type': 'text/x',
      'content-disposition': 'inline',
    });
    const forged = await signedRequest({
      ...embedded,
      path,
      query: { 'response-expires': 'x\r\nset-cookie: a=b' },
    });
    expect(forged.status).toBe(400);
    expect(forged.headers['set-cookie']).toBeUndefined();
  });
});

describe('a key', () => {
  const keys = [
    'a',
    'a/b',
    'a/',
    'a//b',
    '../../../../etc/passwd',
    './x',
    'x/..',
    'C:\\windows\\system32',
    'with space + plus % percent',
    '%2e%2e%2f',
    'quotes \' " and (parentheses)!*~',
    'ümläut/写真/😀.png',
    'e\u0301 and \u00e9',
    '\ufeffbyte-order mark',
    'line\r\nbreak\ttab',
    'a?b=c#d&e;f',
    'x'.repeat(1024),
    '写'.repeat(341),
  ];

  it('is only a name: each of these is a separate object', async () => {
    for (const key of keys) {
      await embedded.s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: `body:${key}` }),
      );
    }
    for (const key of keys) expect(await read(key)).toBe(`body:${key}`);
  });

  it('may be any text of up to 1,024 bytes without NUL', async () => {
    const anyKey = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter((key) => !key.includes('\0') && key.isWellFormed());
    await fc.assert(
      fc.asyncProperty(anyKey, async (key) => {
        await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: key }));
        expect(await read(key)).toBe(key);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['x'.repeat(1025), '写'.repeat(342)])('over 1,024 bytes is refused', async (key) => {
    const put = embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }));
    expect(await outcome(put)).toEqual({ status: 400, name: 'KeyTooLongError' });
  });

  it('with a plus in the path is the key with a space', async () => {
    await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'plus a', Body: 'space' }));
    await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'plus+a', Body: 'plus' }));
    const bare = await signedRequest({ ...embedded, path: `/${bucket}/plus+a` });
    const escaped = await signedRequest({ ...embedded, path: `/${bucket}/plus%2Ba` });
    expect([bare.body.toString(), escaped.body.toString()]).toEqual(['space', 'plus']);
  });
});

describe('a range', () => {
  const body = '0123456789';
  const path = `/${bucket}/ranged`;
  beforeAll(() => signedRequest({ ...embedded, method: 'PUT', path, body }));

  const cases: readonly [string, number, string, string?][] = [
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, body, 'bytes 0-9/10'],
    ['bytes=9-99', 206, '9', 'bytes 9-9/10'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=0-1,4-5', 200, body],
    ['bytes=5-2', 200, body],
    ['bytes=-', 200, body],
    ['bytes=a-b', 200, body],
    ['items=0-1', 200, body],
  ];
  it.each(cases)('%s is answered %i', async (range, status, expected, contentRange) => {
    for (const method of ['GET', 'HEAD']) {
      const reply = await signedRequest({ ...embedded, method, path, headers: { range } });
      expect(reply.status).toBe(status);
      expect(reply.body.toString()).toBe(method === 'HEAD' ? '' : expected);
      expect(reply.headers['content-length']).toBe(String(expected.length));
      expect(reply.headers['content-range']).toBe(contentRange);
    }
  });

  it.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('%s is answered 416', async (range) => {
    const reply = await signedRequest({ ...embedded, path, headers: { range } });
    expect([reply.status, errorCode(reply)]).toEqual([416, 'InvalidRange']);
    expect(reply.headers['content-range']).toBe('bytes */10');
  });

  it('is served only if If-Range matches the object', async () => {
    const { headers } = await signedRequest({ ...embedded, method: 'HEAD', path });
    const range = 'bytes=0-1';
    const current = { range, 'if-range': String(headers['etag']) };
    const stale = { range, 'if-range': '"0123"' };
    expect((await signedRequest({ ...embedded, path, headers: current })).status).toBe(206);
    expect((await signedRequest({ ...embedded, path, headers: stale })).status).toBe(200);
  });
});

describe('a condition on a read', () => {
  const path = `/${bucket}/conditional`;
  const etag = createHash('md5').update('body').digest('hex');
  const past = 'Mon, 01 Jan 2001 00:00:00 GMT';
  const future = 'Wed, 01 Jan 2100 00:00:00 GMT';
  beforeAll(() => signedRequest({ ...embedded, method: 'PUT', path, body: 'body' }));

  const cases: readonly [string, Record<string, string>, number][] = [
    ['If-Match with the ETag', { 'if-match': `"${etag}"` }, 200],
    ['If-Match with the bare ETag', { 'if-match': etag }, 200],
    ['If-Match with *', { 'if-match': '*' }, 200],
    ['If-Match with a list', { 'if-match': `"x", "${etag}"` }, 200],
    ['If-Match with another', { 'if-match': '"x"' }, 412],
    ['If-None-Match with the ETag', { 'if-none-match': `"${etag}"` }, 304],
    ['If-None-Match with a weak ETag', { 'if-none-match': `W/"${etag}"` }, 304],
    ['If-None-Match with *', { 'if-none-match': '*' }, 304],
    ['If-None-Match with another', { 'if-none-match': '"x"' }, 200],
    ['If-Modified-Since the past', { 'if-modified-since': past }, 200],
    ['If-Modified-Since the future', { 'if-modified-since': future }, 304],
    ['If-Unmodified-Since the past', { 'if-unmodified-since': past }, 412],
    ['If-Unmodified-Since the future', { 'if-unmodified-since': future }, 200],
    ['an unreadable date', { 'if-modified-since': 'yesterday' }, 200],
    [
      'If-Match that holds, before If-Unmodified-Since that does not',
      { 'if-match': etag, 'if-unmodified-since': past },
      200,
    ],
    [
      'If-None-Match that differs, before If-Modified-Since',
      { 'if-none-match': '"x"', 'if-modified-since': future },
      200,
    ],
  ];
  it.each(cases)('%s', async (_, headers, status) => {
    const reply = await signedRequest({ ...embedded, path, headers });
    expect(reply.status).toBe(status);
    if (status === 304)
      expect([reply.body.length, reply.headers['etag']]).toEqual([0, `"${etag}"`]);
    const head = await signedRequest({ ...embedded, method: 'HEAD', path, headers });
    expect([head.status, head.body.length]).toEqual([status, 0]);
  });
});
