import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import {
  ChecksumAlgorithm,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bucket,
  errorCode,
  listIncoming,
  outcome,
  owner,
  type Running,
  readText,
  signedRequest,
  signerFor,
  startEmbedded,
} from '../embedded-s3.ts';

let embedded: Running;
beforeEach(async () => {
  embedded = await startEmbedded();
});
afterEach(() => embedded.discard());

const put = (Key: string, Body: string, extra: object = {}) =>
  embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...extra }));

const read = (key: string) => readText(embedded, key);
const leftovers = () => listIncoming(embedded);

describe('a conditional write', () => {
  it('succeeds for exactly one of 50 concurrent creators', async () => {
    const racers = Array.from({ length: 50 }, (_, number) =>
      outcome(put('raced', `racer ${number}`, { IfNoneMatch: '*' })),
    );
    const results = await Promise.all(racers);
    const winners = results.flatMap(({ status }, number) => (status === 200 ? [number] : []));
    expect(winners).toHaveLength(1);
    expect(results.filter(({ status }) => status === 412)).toHaveLength(49);
    expect(await read('raced')).toBe(`racer ${winners[0]}`);
    expect(await leftovers()).toEqual([]);
  });

  it('succeeds for exactly one of 20 concurrent editors of one version', async () => {
    const { ETag } = await put('edited', 'first');
    const editors = Array.from({ length: 20 }, (_, number) =>
      outcome(put('edited', `editor ${number}`, { IfMatch: ETag })),
    );
    const statuses = (await Promise.all(editors)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(19);
  });

  it('on a missing key is 404 for If-Match', async () => {
    const result = await outcome(put('missing', 'x', { IfMatch: '"0123"' }));
    expect(result).toEqual({ status: 404, name: 'NoSuchKey' });
  });

  it('that S3 does not support is 501', async () => {
    const result = await outcome(put('odd', 'x', { IfNoneMatch: '"0123"' }));
    expect(result).toEqual({ status: 501, name: 'NotImplemented' });
  });

  it('prevents the deletion of a changed object', async () => {
    await put('watched', 'new');
    const at = { Bucket: bucket, Key: 'watched' };
    const stale = embedded.s3.send(new DeleteObjectCommand({ ...at, IfMatch: '"0123"' }));
    expect((await outcome(stale)).status).toBe(412);
    expect(await read('watched')).toBe('new');
  });
});

describe('a checksum', () => {
  const algorithms = Object.values(ChecksumAlgorithm).filter((name) =>
    ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'].includes(name),
  );
  const zeros = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 } as Record<
    string,
    number
  >;

  it.each(algorithms)('%s by the SDK is verified, stored and returned', async (algorithm) => {
    for (const Body of [
      'in one piece',
      Readable.from([Buffer.from('in '), Buffer.from('pieces')]),
    ]) {
      const ContentLength = typeof Body === 'string' ? undefined : 9;
      const input = { Bucket: bucket, Key: 'checked', ChecksumAlgorithm: algorithm };
      await embedded.s3.send(new PutObjectCommand({ ...input, Body, ContentLength }));
      const got = await embedded.s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: 'checked', ChecksumMode: 'ENABLED' }),
      );
      expect(got[`Checksum${algorithm}` as keyof typeof got]).toBeTruthy();
      expect(got.ContentEncoding).toBeUndefined();
      expect(await got.Body?.transformToString()).toMatch(/^in (one piece|pieces)$/);
    }
  });

  it.each(algorithms)(
    '%s that does not match is BadDigest and stores nothing',
    async (algorithm) => {
      const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
      const value = Buffer.alloc(zeros[algorithm] ?? 0).toString('base64');
      const path = `/${bucket}/unchecked`;
      const request = {
        ...embedded,
        method: 'PUT',
        path,
        body: 'body',
        headers: { [name]: value },
      };
      const reply = await signedRequest(request);
      expect([reply.status, errorCode(reply)]).toEqual([400, 'BadDigest']);
      expect(errorCode(await signedRequest({ ...embedded, path }))).toBe('NoSuchKey');
      expect(await leftovers()).toEqual([]);
    },
  );

  const md5 = (text: string): string => createHash('md5').update(text).digest('base64');
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const cases: readonly [string, Record<string, string>, string | undefined][] = [
    ['the MD5', { 'content-md5': md5('body') }, undefined],
    ['a wrong MD5', { 'content-md5': md5('other') }, 'BadDigest'],
    ['an MD5 of the wrong length', { 'content-md5': 'AAAA' }, 'InvalidDigest'],
    ['the hash', { 'x-amz-content-sha256': sha256('body') }, undefined],
    ['a wrong hash', { 'x-amz-content-sha256': sha256('other') }, 'XAmzContentSHA256Mismatch'],
    ['a hash in a form unknown', { 'x-amz-content-sha256': 'sha256' }, 'InvalidArgument'],
    ['a checksum of the wrong length', { 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    [
      'two checksums',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' },
      'InvalidRequest',
    ],
  ];
  it.each(cases)('%s is verified', async (_, headers, code) => {
    const path = `/${bucket}/digested`;
    const reply = await signedRequest({ ...embedded, method: 'PUT', path, body: 'body', headers });
    expect([reply.status, errorCode(reply)]).toEqual([code === undefined ? 200 : 400, code]);
  });
});

describe('a body', () => {
  it('over 100 MiB is EntityTooLarge, with and without a declared length', async () => {
    const path = `/${bucket}/huge`;
    const tooLarge = Buffer.alloc(100 * 1024 * 1024 + 1);
    const reply = await signedRequest({ ...embedded, method: 'PUT', path, body: tooLarge });
    expect([reply.status, errorCode(reply)]).toEqual([400, 'EntityTooLarge']);
    expect(errorCode(await signedRequest({ ...embedded, path }))).toBe('NoSuchKey');
  });

  it('of several MiB is returned completely, as a stream', async () => {
    const body = Buffer.alloc(12 * 1024 * 1024, 'signet');
    const Key = 'large';
    await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body }));
    const got = await embedded.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  it('that is interrupted leaves no file and does not change the old object', async () => {
    await put('interrupted', 'old');
    const { port } = embedded;
    const path = `/${bucket}/interrupted`;
    const host = `127.0.0.1:${port}`;
    const headers = {
      host,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'content-length': '1000000',
    };
    const signed = await signerFor(owner).sign({
      method: 'PUT',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      path,
      query: {},
      headers,
    });
    const request = httpRequest({ port, method: 'PUT', path, headers: signed.headers });
    request.on('error', () => undefined);
    request.write(Buffer.alloc(300_000));
    await expect.poll(leftovers).toHaveLength(1);
    request.destroy();
    await expect.poll(leftovers).toEqual([]);
    expect(await read('interrupted')).toBe('old');
  });

  it('of unknown length is 411', async () => {
    const path = `/${bucket}/lengthless`;
    const headers = { 'content-length': '', 'transfer-encoding': 'chunked' };
    const { 'content-length': _, ...chunked } = headers;
    const { port } = embedded;
    const host = `127.0.0.1:${port}`;
    const signed = await signerFor(owner).sign({
      method: 'PUT',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      path,
      query: {},
      headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        { port, method: 'PUT', path, headers: { ...signed.headers, ...chunked } },
        (response) => resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      request.end('body');
    });
    expect(status).toBe(411);
  });

  it('may be empty', async () => {
    await put('empty', '');
    expect(await read('empty')).toBe('');
    const path = `/${bucket}/empty`;
    const reply = await signedRequest({ ...embedded, path, headers: { range: 'bytes=0-' } });
    expect(reply.status).toBe(416);
  });
});

describe('an upload', () => {
  it.each([
    ['too much metadata', { Metadata: { big: 'x'.repeat(2048) } }, 400, 'MetadataTooLarge'],
    ['eleven tags', { Tagging: 'abcdefghijk'.split('').join('=1&') }, 400, 'InvalidTag'],
    ['two equal tags', { Tagging: 'a=1&a=2' }, 400, 'InvalidTag'],
    ['a public ACL', { ACL: 'public-read' }, 400, 'AccessControlListNotSupported'],
    ['a grant', { GrantRead: 'id=1' }, 400, 'AccessControlListNotSupported'],
    ['KMS encryption', { ServerSideEncryption: 'aws:kms' }, 501, 'NotImplemented'],
    ['an archive class', { StorageClass: 'GLACIER' }, 501, 'NotImplemented'],
    ['an unknown class', { StorageClass: 'COLD' as 'GLACIER' }, 400, 'InvalidStorageClass'],
    ['a redirect', { WebsiteRedirectLocation: '/x' }, 501, 'NotImplemented'],
  ] as const)('with %s is refused', async (_, extra, status, name) => {
    expect(await outcome(put('refused', 'x', extra))).toEqual({ status, name });
  });

  it.each(['private', 'bucket-owner-full-control'] as const)(
    'with ACL %s is accepted',
    async (ACL) => {
      await put('own', ACL, { ACL });
      expect(await read('own')).toBe(ACL);
    },
  );

  it('with the default encryption is accepted', async () => {
    const { ServerSideEncryption } = await put('same', 'x', { ServerSideEncryption: 'AES256' });
    expect(ServerSideEncryption).toBe('AES256');
  });
});
