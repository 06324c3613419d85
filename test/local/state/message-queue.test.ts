import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MessageQueue, openMessageQueue } from '../../../local/state/message-queue.ts';

const realTimeout = setTimeout;
let folder = '';
let queue: MessageQueue;
let handled: (readonly string[])[];
let lines: string[];
/** Bodies that the handler reports as failed. */
let failing: string[];
let broken: boolean;

async function open(): Promise<void> {
  queue = await openMessageQueue({
    folder,
    retrySeconds: 30,
    log: (line) => lines.push(line),
    handle: async (messages) => {
      if (broken) throw new Error('the handler is broken');
      handled.push(messages.map(({ body }) => body));
      return messages.filter(({ body }) => failing.includes(body)).map(({ id }) => id);
    },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-messages-'));
  handled = [];
  lines = [];
  failing = [];
  broken = false;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await open();
});
afterEach(async () => {
  vi.useRealTimers();
  await queue.close();
  await rm(folder, { recursive: true, force: true });
});

async function pass(seconds: number): Promise<void> {
  vi.advanceTimersByTime(seconds * 1_000);
  await new Promise((resolve) => realTimeout(resolve, 50));
}

const stored = async (): Promise<number> => (await readdir(folder)).length;

async function restart(): Promise<void> {
  await queue.close();
  await open();
  await queue.resume();
}

describe('a message', () => {
  it('is delivered once its delay has passed, and then deleted', async () => {
    await queue.send('later', 60);
    await expect.poll(stored).toBe(1);
    await pass(59);
    expect(handled).toEqual([]);
    await pass(1);
    await expect.poll(() => handled).toEqual([['later']]);
    await expect.poll(stored).toBe(0);
  });

  it('that is held waits for its sender', async () => {
    const held = await queue.hold('held');
    await pass(1_000);
    expect(handled).toEqual([]);
    await queue.deliver([held]);
    expect(handled).toEqual([['held']]);
    await expect.poll(stored).toBe(0);
  });

  it('that fails is tried again after a pause, without those that succeeded', async () => {
    failing = ['bad'];
    await queue.deliver([await queue.hold('good'), await queue.hold('bad')]);
    await expect.poll(stored).toBe(1);
    await pass(29);
    expect(handled).toHaveLength(1);
    failing = [];
    await pass(1);
    await expect.poll(() => handled).toEqual([['good', 'bad'], ['bad']]);
    await expect.poll(stored).toBe(0);
  });

  it('survives a handler that throws', async () => {
    broken = true;
    await queue.deliver([await queue.hold('kept')]);
    expect(lines).toEqual([expect.stringContaining('the handler is broken')]);
    broken = false;
    await pass(30);
    await expect.poll(() => handled).toEqual([['kept']]);
  });
});

describe('a restart', () => {
  it('delivers due messages in batches, and delayed ones when they are due', async () => {
    for (let count = 0; count < 12; count += 1) await queue.hold('due');
    await queue.send('delayed', 60);
    await restart();
    expect(handled.map(({ length }) => length)).toEqual([10, 2]);
    await pass(58);
    expect(handled).toHaveLength(2);
    await pass(2);
    await expect.poll(() => handled[2]).toEqual(['delayed']);
    await expect.poll(stored).toBe(0);
  });

  it('waits for a quarter of an hour at most, even if the clock was set back', async () => {
    const nextYear = Date.now() + 365 * 86_400_000;
    const name = `${nextYear}-00000000-0000-4000-8000-000000000000.message`;
    await writeFile(path.join(folder, name), 'late');
    await restart();
    await pass(900);
    await expect.poll(() => handled).toEqual([['late']]);
  });

  it('deletes temporary files and ignores files that are not messages', async () => {
    for (const name of ['1.tmp', 'notes.txt']) await writeFile(path.join(folder, name), 'x');
    await restart();
    expect(await readdir(folder)).toEqual(['notes.txt']);
    expect(handled).toEqual([]);
  });
});

it('a queue that is closed waits for its handler and delivers nothing more', async () => {
  await queue.send('later', 1);
  const delivery = queue.deliver([await queue.hold('now')]);
  await queue.close();
  expect(handled).toEqual([['now']]);
  await expect.poll(stored).toBe(1);
  await delivery;
  await pass(60);
  expect(handled).toEqual([['now']]);
});
