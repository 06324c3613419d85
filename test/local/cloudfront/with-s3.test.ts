import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloudFront, startCloudFront } from '../../../local/cloudfront/server.ts';
import { startS3 } from '../../../local/s3/server.ts';
import { ask, passRequest, passResponse } from './stub-distribution.ts';

const bucket = 'derivatives';
let folder: string;
let s3: Awaited<ReturnType<typeof startS3>>;
let client: S3Client;
let cloudFront: CloudFront;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-cloudfront-s3-'));
  const writer = { accessKeyId: 'writer', secretAccessKey: 'writer-secret' };
  const cdn = { accessKeyId: 'cdn', secretAccessKey: 'cdn-secret' };
  const reads = ['s3:GetObject', 's3:ListBucket'];
  s3 = await startS3({
    folder: join(folder, 's3'),
    host: '127.0.0.1',
    port: 0,
    buckets: [bucket, 'private'],
    identities: [
      { ...writer, allows: () => true },
      {
        ...cdn,
        allows: (action, resource) => reads.includes(action) && resource.startsWith(bucket),
      },
    ],
  });
  const endpoint = `http://127.0.0.1:${s3.port}`;
  client = new S3Client({
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    credentials: writer,
  });
  await writeFile(join(folder, 'viewer.mjs'), passRequest);
  await writeFile(join(folder, 'origin.mjs'), passResponse);
  const limits = { memoryMb: 128, timeoutMs: 5_000, maxBodyBytes: 40_960, workers: 1 };
  cloudFront = await startCloudFront({
    host: '127.0.0.1',
    port: 0,
    viewerRequest: { ...limits, file: join(folder, 'viewer.mjs') },
    originResponse: { ...limits, file: join(folder, 'origin.mjs') },
    origin: { host: '127.0.0.1', port: s3.port, bucket, ...cdn },
  });
});

afterAll(async () => {
  await cloudFront.close();
  client.destroy();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

function encoded(key: string): string {
  const parts = key.split('/').map(encodeURIComponent);
  return `/${parts.join('/').replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

describe('the emulator in front of the embedded S3', () => {
  const keys = [
    'demo/a.jpg',
    'demo/1+1 = 100%.jpg',
    'demo/what?#&.jpg',
    `demo/(it's) "quoted" *.jpg`,
    'demo/图 😀 é.jpg',
    'demo/[a]{b}|c\\d^e`f~g,h;i:j@k$l!.jpg',
  ];

  it.each(keys)(
    'serves an object that the SDK stored as %s, with its metadata and tags',
    async (Key) => {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key,
          Body: `body of ${Key}`,
          ContentType: 'image/webp',
          CacheControl: 'max-age=60',
          Metadata: { 'cache-tag': 's-tagged' },
        }),
      );
      const first = await ask(cloudFront.port, encoded(Key));
      expect([first.status, first.text]).toEqual([200, `body of ${Key}`]);
      expect(first.headers['content-type']).toBe('image/webp');
      expect(first.headers['etag']).toMatch(/^"[0-9a-f]{32}"$/);
      const second = await ask(cloudFront.port, encoded(Key), { headers: { range: 'bytes=0-3' } });
      expect([second.status, second.text]).toEqual([206, 'body']);
      expect(second.headers['x-cache']).toBe('Hit from cloudfront');
      expect(cloudFront.invalidate(['#s-tagged'])).toBe(1);
    },
  );

  it('forwards range, condition and HEAD to S3 on a miss', async () => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'miss', Body: '0123456789' }));
    const part = await ask(cloudFront.port, '/miss', { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.text]).toEqual([206, '234']);
    const head = await ask(cloudFront.port, '/miss', { method: 'HEAD' });
    expect([head.status, head.headers['content-length']]).toEqual([200, '10']);
    const etag = String(head.headers['etag']);
    const same = await ask(cloudFront.port, '/miss', { headers: { 'if-none-match': etag } });
    expect([same.status, same.text]).toEqual([304, '']);
  });

  it('gets 404 for a missing key, because its identity may list', async () => {
    const answer = await ask(cloudFront.port, '/none');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('<Code>NoSuchKey</Code>');
  });
});
