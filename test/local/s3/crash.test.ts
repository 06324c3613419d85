import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucket, credentials, owner, type Running, startEmbedded } from './embedded-s3.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-s3-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Child = { readonly process: ChildProcess; readonly s3: S3Client };

async function startChild(): Promise<Child> {
  const script = fileURLToPath(new URL('./crash-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, bucket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const endpoint = `http://127.0.0.1:${port.toString().trim()}`;
  const s3 = new S3Client({
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    credentials: credentials(owner),
    maxAttempts: 1,
  });
  return { process: child, s3 };
}

const sizes = [0, 10, 5_000, 200_000, 3_000_000];

/** The metadata contains the digest of the body, so a mix of two writes is detected. */
function makeObject(number: number): { readonly Body: Buffer; readonly digest: string } {
  const Body = randomBytes(sizes[number % sizes.length] ?? 0);
  return { Body, digest: createHash('sha256').update(Body).digest('hex') };
}

type Ledger = {
  /** The digest of the last write that was acknowledged. */
  readonly acknowledged: Map<string, string>;
  /** The digests of all writes that were sent, acknowledged or not. */
  readonly sent: Map<string, Set<string>>;
  /** The number of acknowledged writes, including repeated writes of one key. */
  count: number;
};

async function writeUntilKilled(s3: S3Client, ledger: Ledger, worker: number): Promise<void> {
  for (let number = 0; ; number += 1) {
    const Key = `w${worker}/${number % 7}`;
    const { Body, digest } = makeObject(number + worker);
    ledger.sent.set(Key, (ledger.sent.get(Key) ?? new Set()).add(digest));
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, Metadata: { digest } }));
    } catch {
      return;
    }
    ledger.count += 1;
    ledger.acknowledged.set(Key, digest);
    ledger.sent.set(Key, new Set([digest]));
  }
}

async function checkAll({ s3 }: Running, { acknowledged, sent }: Ledger): Promise<void> {
  for (const [Key, digest] of acknowledged) {
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const body = (await got.Body?.transformToByteArray()) ?? new Uint8Array();
    const stored = createHash('sha256').update(body).digest('hex');
    // Invariant: body and metadata are of one write, either the acknowledged or an unfinished one.
    expect(stored).toBe(got.Metadata?.['digest']);
    expect([...(sent.get(Key) ?? []), digest]).toContain(stored);
  }
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const names = new Set(listed.Contents?.map(({ Key = '' }) => Key));
  for (const key of acknowledged.keys()) expect(names).toContain(key);
  for (const key of names) expect(sent.has(key)).toBe(true);
}

it('a server that is killed during writes keeps every acknowledged object', async () => {
  const ledger: Ledger = { acknowledged: new Map(), sent: new Map(), count: 0 };
  let interrupted = 0;
  for (const writes of [1, 10, 30, 60]) {
    const killedAt = ledger.count + writes;
    const child = await startChild();
    const workers = Array.from({ length: 6 }, (_, worker) =>
      writeUntilKilled(child.s3, ledger, worker),
    );
    while (ledger.count < killedAt) await new Promise((resolve) => setTimeout(resolve, 5));
    child.process.kill('SIGKILL');
    await Promise.all([...workers, once(child.process, 'exit')]);
    child.s3.destroy();
    interrupted += (await readdir(join(folder, 'incoming'))).length;
    const embedded = await startEmbedded({ folder, buckets: [bucket] });
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(embedded.lines).toEqual([]);
    await checkAll(embedded, ledger);
    await embedded.stop();
  }
  // Otherwise the test could pass without ever interrupting a write.
  expect(interrupted).toBeGreaterThan(0);
});
