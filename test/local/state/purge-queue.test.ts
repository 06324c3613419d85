import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectChange } from '../../../local/s3/server.ts';
import { openPurgeQueue, type PurgeQueue } from '../../../local/state/purge-queue.ts';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { secondPurgeSeconds } from '../../../shared/objects/purge.ts';
import { memoryStore } from '../../edge/memory-store.ts';

const one = { body: new Uint8Array(1) };
const buckets = { sources: 'sources', config: 'config', elsewhere: {} };
const key = 'acme/a.png__op__resize,w_40__op__format,f_src';

const realTimeout = setTimeout;
let folder = '';
let queue: PurgeQueue;
let derivatives: ReturnType<typeof memoryStore>;
let invalidated: string[];
let away: boolean;
let lines: string[];

async function open(): Promise<void> {
  queue = await openPurgeQueue({
    folder,
    stores: {
      crypto: nodeCrypto,
      derivatives: {
        ...derivatives,
        remove: (keys) =>
          away ? Promise.reject(new Error('S3 is away')) : derivatives.remove(keys),
      },
      invalidate: async (tags) => void invalidated.push(...tags),
    },
    buckets,
    sourceOf: async () => ({}),
    log: (line) => lines.push(line),
  });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-purges-'));
  derivatives = memoryStore();
  invalidated = [];
  lines = [];
  away = false;
  // Fake timers for the queue. Files are written in real time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await open();
});
afterEach(async () => {
  vi.useRealTimers();
  await queue.close();
  await rm(folder, { recursive: true, force: true });
});

const upload = (source: string): ObjectChange => ({
  bucket: buckets.sources,
  key: source,
  kind: 'created',
});

/** Reports a change to the queue as S3 does, before and after it. */
async function change(changed: string | ObjectChange): Promise<void> {
  const one = typeof changed === 'string' ? upload(changed) : changed;
  await queue.beforeChange(one);
  await queue.afterChange(one);
}

/** Advances the timers and waits for the work that they start. */
async function pass(seconds: number): Promise<void> {
  vi.advanceTimersByTime(seconds * 1_000);
  await new Promise((resolve) => realTimeout(resolve, 50));
}

const messages = async (): Promise<number> => (await readdir(folder)).length;
const stored = (): readonly string[] => [...derivatives.objects.keys()];

describe('a source that changes', () => {
  it('is purged at once, in the bucket and in the caches, and no other source is', async () => {
    const others = ['acme/a.png.jpg__op__format,f_src', 'acme/a.pn__op__format,f_src'];
    for (const each of [key, ...others]) derivatives.objects.set(each, one);
    await change('acme/a.png');
    expect(stored()).toEqual(others);
    expect(invalidated).toEqual([expect.stringMatching(/^s-[0-9a-f]{32}$/)]);
  });

  it('is purged again a minute later, for a render that had read the old source', async () => {
    await change('acme/a.png');
    derivatives.objects.set(key, one);
    await pass(secondPurgeSeconds - 1);
    expect(stored()).toEqual([key]);
    await pass(2);
    await expect.poll(messages).toBe(0);
    expect(stored()).toEqual([]);
    expect(invalidated).toHaveLength(2);
  });

  it('again within the minute is purged a minute after each change', async () => {
    await change('acme/a.png');
    await pass(40);
    await change('acme/a.png');
    expect(await messages()).toBe(2);
    await pass(40);
    await expect.poll(messages).toBe(1);
    derivatives.objects.set(key, one);
    await pass(21);
    await expect.poll(messages).toBe(0);
    expect(stored()).toEqual([]);
  });

  it.each([
    ['is removed', { bucket: buckets.sources, key: 'acme/a.png', kind: 'removed' }],
    ['is to be purged', { bucket: buckets.config, key: 'purges/acme/a.png', kind: 'created' }],
  ] as const)('or %s is purged twice', async (_what, reported) => {
    for (let times = 0; times < 2; times += 1) {
      derivatives.objects.set(key, one);
      await (times === 0 ? change(reported) : pass(secondPurgeSeconds + 1));
      await expect.poll(stored).toEqual([]);
    }
    await expect.poll(messages).toBe(0);
  });

  it('has characters that S3 encodes in events, and is purged', async () => {
    for (const name of ['a b+c.png', '漢 %.png', "d(e)/f'*~.png"]) {
      derivatives.objects.set(`acme/${name}__op__format,f_src`, one);
      await change(`acme/${name}`);
      expect(stored()).toEqual([]);
    }
  });

  it.each([
    { bucket: buckets.config, key: 'purges/acme/a.png', kind: 'removed' },
    { bucket: buckets.config, key: 'policies/acme.jws', kind: 'created' },
    { bucket: 'derivatives', key: 'acme/a.png', kind: 'created' },
  ] as const)('is not reported by %o', async (other) => {
    derivatives.objects.set(key, one);
    await queue.beforeChange(other);
    expect(await messages()).toBe(0);
    await queue.afterChange(other);
    expect([stored(), invalidated]).toEqual([[key], []]);
  });

  it('with an invalid name is ignored', async () => {
    for (const odd of ['acme/', 'ACME/a.png', 'x', 'acme/a__op__b', '']) await change(odd);
    await pass(secondPurgeSeconds + 1);
    await expect.poll(messages).toBe(0);
    expect(lines).toEqual([]);
  });
});

describe('a purge that fails', () => {
  it('is repeated until it succeeds', async () => {
    derivatives.objects.set(key, one);
    away = true;
    await change('acme/a.png');
    await pass(secondPurgeSeconds + 1);
    expect(lines.length).toBeGreaterThan(0);
    const failed = await readdir(folder);
    expect([stored(), failed.length]).toEqual([[key], 1]);
    away = false;
    await pass(secondPurgeSeconds + 1);
    // The message of the second purge replaces the one that failed.
    await expect.poll(() => readdir(folder)).not.toContain(failed[0]);
    expect([stored(), await messages()]).toEqual([[], 1]);
    await pass(secondPurgeSeconds + 1);
    await expect.poll(messages).toBe(0);
  });
});

describe('a queue that was stopped', () => {
  const restart = async (): Promise<void> => {
    await queue.close();
    expect(await messages()).toBe(1);
    await open();
    await queue.resume();
  };

  it.each([
    ['before a change was made', async () => queue.beforeChange(upload('acme/a.png'))],
    [
      'before its first purge was through',
      async () => {
        away = true;
        await change('acme/a.png');
        away = false;
      },
    ],
  ])('%s purges when it starts again', async (_when, before) => {
    derivatives.objects.set(key, one);
    await before();
    await restart();
    expect(stored()).toEqual([]);
    await pass(secondPurgeSeconds + 1);
    await expect.poll(messages).toBe(0);
  });

  it('within the minute after a change does not purge again before its end', async () => {
    await change('acme/a.png');
    derivatives.objects.set(key, one);
    await restart();
    expect(stored()).toEqual([key]);
    await pass(secondPurgeSeconds + 1);
    await expect.poll(messages).toBe(0);
    expect(stored()).toEqual([]);
  });

  it('delivers nothing after it was closed', async () => {
    await change('acme/a.png');
    await queue.close();
    derivatives.objects.set(key, one);
    await pass(secondPurgeSeconds * 3);
    expect(stored()).toEqual([key]);
  });
});

describe('a request to purge a whole tenant', () => {
  const request: ObjectChange = { bucket: buckets.config, key: 'purges/acme', kind: 'created' };

  it('is carried out after 60 and after 120 seconds, also if the stack stops in between', async () => {
    derivatives.objects.set(key, one);
    derivatives.objects.set(`acme2/${key}`, one);
    await change(request);
    await pass(59);
    expect([stored().length, invalidated]).toEqual([2, []]);
    await pass(1);
    expect([stored(), invalidated]).toEqual([[`acme2/${key}`], ['t-acme']]);
    derivatives.objects.set(key, one);
    await queue.close();
    await open();
    await queue.resume();
    // The queue reads the real clock at a start, so all 120 seconds are left.
    await pass(121);
    expect([stored(), invalidated]).toEqual([[`acme2/${key}`], ['t-acme', 't-acme']]);
    expect(await messages()).toBe(0);
  });
});
