import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPurgeQueue, type PurgeQueue } from '../../../local/state/purge-queue.ts';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { secondPurgeSeconds } from '../../../shared/objects/purge.ts';
import { memoryStore } from '../../edge/memory-store.ts';

const one = { body: new Uint8Array(1) };
const key = 'acme/a.png__op__resize,w_40__op__format,f_src';

const realTimeout = setTimeout;
let folder = '';
let queue: PurgeQueue;
let derivatives: ReturnType<typeof memoryStore>;
let invalidated: string[];
let away: boolean;
let lines: string[];

async function open(): Promise<void> {
  queue = await openPurgeQueue(
    folder,
    {
      crypto: nodeCrypto,
      derivatives: {
        ...derivatives,
        remove: (keys) =>
          away ? Promise.reject(new Error('S3 is away')) : derivatives.remove(keys),
      },
      invalidate: async (tags) => void invalidated.push(...tags),
    },
    (line) => lines.push(line),
  );
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-purges-'));
  derivatives = memoryStore();
  invalidated = [];
  lines = [];
  away = false;
  // Only what the queue waits with: files are written in real time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await open();
});
afterEach(async () => {
  vi.useRealTimers();
  await queue.close();
  await rm(folder, { recursive: true, force: true });
});

/** A change of a source, as S3 reports it. */
async function change(source: string): Promise<void> {
  await queue.note(source);
  await queue.changed(source);
}

/** Lets time pass, and what it set off finish. */
async function pass(seconds: number): Promise<void> {
  vi.advanceTimersByTime(seconds * 1_000);
  await new Promise((resolve) => realTimeout(resolve, 50));
}

const notices = async (): Promise<number> => (await readdir(folder)).length;
const stored = (): readonly string[] => [...derivatives.objects.keys()];

describe('a source that changes', () => {
  it('is purged at once, in the bucket and in the caches, and nothing beside it', async () => {
    const others = ['acme/a.png.jpg__op__format,f_src', 'acme/a.pn__op__format,f_src'];
    for (const each of [key, ...others]) derivatives.objects.set(each, one);
    await change('acme/a.png');
    expect(stored()).toEqual(others);
    expect(invalidated).toEqual([expect.stringMatching(/^s-[0-9a-f]{32}$/)]);
  });

  it('is purged again a minute later: a render that began before stores what it had read', async () => {
    await change('acme/a.png');
    derivatives.objects.set(key, one);
    await pass(secondPurgeSeconds - 1);
    expect(stored()).toEqual([key]);
    await pass(2);
    expect(stored()).toEqual([]);
    expect(invalidated).toHaveLength(2);
    expect(await notices()).toBe(0);
  });

  it('again within the minute is purged a minute after the last time', async () => {
    await change('acme/a.png');
    await pass(40);
    await change('acme/a.png');
    await pass(40);
    derivatives.objects.set(key, one);
    expect(await notices()).toBe(2);
    await pass(21);
    expect(stored()).toEqual([]);
    expect(await notices()).toBe(0);
  });

  it('with a name that can never be asked for is no harm', async () => {
    for (const odd of ['acme/', 'ACME/a.png', 'x', 'acme/a__op__b', '']) await change(odd);
    await pass(secondPurgeSeconds + 1);
    expect(lines).toEqual([]);
    expect(await notices()).toBe(0);
  });
});

describe('a purge that fails', () => {
  it('is noted until it succeeds', async () => {
    derivatives.objects.set(key, one);
    away = true;
    await change('acme/a.png');
    await pass(secondPurgeSeconds + 1);
    expect(lines.length).toBeGreaterThan(0);
    expect([stored(), await notices()]).toEqual([[key], 1]);
    away = false;
    await pass(secondPurgeSeconds + 1);
    expect([stored(), await notices()]).toEqual([[], 0]);
  });
});

describe('a queue that was stopped', () => {
  const restart = async (): Promise<void> => {
    await queue.close();
    expect(await notices()).toBe(1);
    await open();
    await queue.resume();
  };

  it.each([
    ['before a change was made', async () => queue.note('acme/a.png')],
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
    expect(await notices()).toBe(0);
  });

  it('within the minute after a change keeps derivatives for the rest of it', async () => {
    await change('acme/a.png');
    derivatives.objects.set(key, one);
    await restart();
    expect(stored()).toEqual([key]);
    await pass(secondPurgeSeconds + 1);
    expect([stored(), await notices()]).toEqual([[], 0]);
  });

  it('runs nothing after it has been closed', async () => {
    await change('acme/a.png');
    await queue.close();
    derivatives.objects.set(key, one);
    await pass(secondPurgeSeconds * 3);
    expect(stored()).toEqual([key]);
  });
});
