import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, outcome, type Running, signedRequest, startEmbedded } from '../embedded-s3.ts';
import { complete, createUpload, fullPart, sendParts } from './uploads.ts';

let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded.discard());

const parts = [fullPart('a'), Buffer.from('the rest')];

const crc = (bytes: Buffer): Buffer => {
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32(bytes));
  return digest;
};
const sha = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
const composite = (hash: (bytes: Buffer) => Buffer): string =>
  `${hash(Buffer.concat(parts.map(hash))).toString('base64')}-2`;
const whole = (hash: (bytes: Buffer) => Buffer): string =>
  hash(Buffer.concat(parts)).toString('base64');

const read = (Key: string) =>
  embedded.s3.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));

describe('the checksum of an object in parts', () => {
  it.each([
    [
      'CRC32 over the parts',
      { ChecksumAlgorithm: 'CRC32' },
      'ChecksumCRC32',
      composite(crc),
      'COMPOSITE',
    ],
    [
      'SHA-256 over the parts',
      { ChecksumAlgorithm: 'SHA256' },
      'ChecksumSHA256',
      composite(sha),
      'COMPOSITE',
    ],
    [
      'CRC32 over the object',
      { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' },
      'ChecksumCRC32',
      whole(crc),
      'FULL_OBJECT',
    ],
  ] as const)('is %s', async (_, extra, name, value, type) => {
    const target = await createUpload(embedded, 'checked', extra);
    const { ChecksumAlgorithm } = extra;
    const sent = await sendParts(embedded, target, parts, { ChecksumAlgorithm });
    const done = await complete(embedded, target, sent);
    expect([done[name], done.ChecksumType]).toEqual([value, type]);
    const head = await read('checked');
    expect([head[name], head.ChecksumType]).toEqual([value, type]);
  });

  it('CRC64NVME is that of the same bytes in one piece', async () => {
    const extra = { ChecksumAlgorithm: 'CRC64NVME' } as const;
    const target = await createUpload(embedded, 'nvme', extra);
    const sent = await sendParts(embedded, target, ['123456789'], extra);
    const done = await complete(embedded, target, sent);
    // The check value of the catalogue of parametrised CRC algorithms.
    const value = Buffer.from('ae8b14860a799888', 'hex').toString('base64');
    expect([done.ChecksumCRC64NVME, done.ChecksumType]).toEqual([value, 'FULL_OBJECT']);
  });

  it('is compared with that of the client', async () => {
    const extra = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
    const target = await createUpload(embedded, 'compared', extra);
    const sent = await sendParts(embedded, target, parts);
    const wrong = complete(embedded, target, sent, { ChecksumCRC32: 'AAAAAA==' });
    expect(await outcome(wrong)).toEqual({ status: 400, name: 'BadDigest' });
    const right = await complete(embedded, target, sent, { ChecksumCRC32: whole(crc) });
    expect(right.ChecksumCRC32).toBe(whole(crc));
  });

  it('is that which the server computes, if the client sends none with its parts', async () => {
    const target = await createUpload(embedded, 'computed', { ChecksumAlgorithm: 'CRC32' });
    const query = { partNumber: '1', uploadId: target.UploadId ?? '' };
    const [body = Buffer.of()] = parts.slice(1);
    const path = `/${bucket}/computed`;
    const sent = await signedRequest({ ...embedded, method: 'PUT', path, query, body });
    const ChecksumCRC32 = crc(body).toString('base64');
    const part = { PartNumber: 1, ETag: String(sent.headers['etag']), ChecksumCRC32 };
    const done = await complete(embedded, target, [part]);
    expect(done.ChecksumCRC32).toBe(`${crc(crc(body)).toString('base64')}-1`);
  });

  it('of parts is verified, also of an upload that was created without one', async () => {
    const target = await createUpload(embedded, 'default');
    const [part] = await sendParts(embedded, target, ['x']);
    expect(part?.ChecksumCRC32).toBe(crc(Buffer.from('x')).toString('base64'));
    const wrong = sendParts(embedded, target, ['x'], { ChecksumCRC32: 'AAAAAA==' });
    expect(await wrong.catch(({ name }: Error) => name)).toBe('BadDigest');
  });

  it('needs that of every part in the list, as S3 does for a composite one', async () => {
    const target = await createUpload(embedded, 'unlisted', { ChecksumAlgorithm: 'CRC32' });
    const sent = await sendParts(embedded, target, parts);
    const bare = sent.map(({ ETag, PartNumber }) => ({ ETag, PartNumber }));
    const missing = await complete(embedded, target, bare).catch((error: Error) => error);
    expect(String(missing)).toContain('It was missing for part 1 in the request');
    const changed = sent.map((part) => ({ ...part, ChecksumCRC32: 'AAAAAA==' }));
    expect((await outcome(complete(embedded, target, changed))).name).toBe('InvalidPart');
  });

  it('of a part must be of the algorithm of its upload', async () => {
    const target = await createUpload(embedded, 'mixed', { ChecksumAlgorithm: 'SHA256' });
    const sending = sendParts(embedded, target, ['x'], { ChecksumAlgorithm: 'CRC32' });
    const thrown = await sending.catch((error: Error) => error);
    expect(String(thrown)).toContain('expected checksum Type: sha256, actual checksum Type: crc32');
  });
});
