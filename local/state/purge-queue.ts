import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  type PurgeStores,
  parseSourceKey,
  purgeSource,
  secondPurgeSeconds,
} from '../../shared/objects/purge.ts';
import { commitFile, makeFolder, sweepTemporaries, writeTemporary } from './durable-file.ts';

/*
 * What S3's events, a queue and a function do on AWS: every change of a source is noted before it
 * happens, purged at once, purged again a minute later, and only then forgotten. A stack that is
 * killed in between goes on where it was: a change that nobody has purged yet is purged at the
 * start, and what waits for its second purge keeps its derivatives until then.
 */

export type PurgeQueue = {
  /** Notes that a source is about to change; survives a crash once it returns. */
  readonly note: (key: string) => Promise<void>;
  /** Purges after the change. */
  readonly changed: (key: string) => Promise<void>;
  /** Purges what an earlier run has left to do, once S3 answers. */
  readonly resume: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Notice = {
  /** Where it was first written; it goes on as `….again` once its first purge is through. */
  readonly file: string;
  readonly key: string;
  readonly purged: boolean;
};

const again = '.again';

async function readNotice(found: string): Promise<Notice> {
  const purged = found.endsWith(again);
  const file = purged ? found.slice(0, -again.length) : found;
  return { file, key: await readFile(found, 'utf8'), purged };
}

async function readNotices(folder: string): Promise<readonly Notice[]> {
  await sweepTemporaries(folder);
  const names = await readdir(folder);
  return Promise.all(names.map((name) => readNotice(path.join(folder, name))));
}

/** Neither synced nor insisted on: what is not marked is purged once more than it had to be. */
async function mark({ file }: Notice): Promise<void> {
  await rename(file, `${file}${again}`).catch(() => undefined);
}

async function forget({ file }: Notice): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}${again}`, { force: true });
}

async function writeNotice(folder: string, key: string): Promise<Notice> {
  const file = path.join(folder, `${randomUUID()}.purge`);
  const temporary = await writeTemporary(folder, async (handle) => {
    await handle.writeFile(key);
  });
  await commitFile(temporary, file);
  return { file, key, purged: false };
}

type Queue = {
  readonly folder: string;
  readonly stores: PurgeStores;
  readonly log: (line: string) => void;
  readonly noted: Map<string, readonly Notice[]>;
  readonly timers: Map<string, NodeJS.Timeout>;
  readonly running: Set<Promise<void>>;
  closed: boolean;
};

async function purge({ stores }: Queue, key: string): Promise<void> {
  const source = parseSourceKey(key);
  if (source !== undefined) await purgeSource(stores, source);
}

/** Lets closing wait for work, and keeps its failure from ending the process. */
function track({ running, log }: Queue, work: Promise<void>): Promise<void> {
  const safe: Promise<void> = work
    .catch((thrown: unknown) => log(`purge failed and is tried again: ${String(thrown)}`))
    .finally(() => running.delete(safe));
  running.add(safe);
  return safe;
}

function remember({ noted }: Queue, key: string, notices: readonly Notice[]): void {
  noted.set(key, [...(noted.get(key) ?? []), ...notices]);
}

/** The notices of a key go once a purge that began after all of them is through. */
async function finish(queue: Queue, key: string): Promise<void> {
  const notices = queue.noted.get(key) ?? [];
  queue.noted.delete(key);
  queue.timers.delete(key);
  try {
    await purge(queue, key);
    await Promise.all(notices.map(forget));
  } catch (thrown) {
    remember(queue, key, notices);
    schedule(queue, key);
    throw thrown;
  }
}

function schedule(queue: Queue, key: string): void {
  if (queue.closed) return;
  clearTimeout(queue.timers.get(key));
  const finished = (): void => void track(queue, finish(queue, key));
  queue.timers.set(key, setTimeout(finished, secondPurgeSeconds * 1_000));
}

async function purgeFirst(queue: Queue, key: string): Promise<void> {
  const notices = queue.noted.get(key) ?? [];
  await purge(queue, key);
  await Promise.all(notices.map(mark));
}

async function purgeChanged(queue: Queue, key: string): Promise<void> {
  schedule(queue, key);
  await track(queue, purgeFirst(queue, key));
}

/** Only a change whose first purge was cut short has to be purged before anybody asks. */
async function resume(queue: Queue, left: readonly Notice[]): Promise<void> {
  for (const { key } of left) schedule(queue, key);
  const unpurged = left.filter(({ purged }) => !purged);
  await Promise.all(unpurged.map(({ key }) => purgeChanged(queue, key)));
}

async function close(queue: Queue): Promise<void> {
  queue.closed = true;
  for (const timer of queue.timers.values()) clearTimeout(timer);
  await Promise.all(queue.running);
}

/** Opens the queue with what an earlier run has left in it. */
export async function openPurgeQueue(
  folder: string,
  stores: PurgeStores,
  log: (line: string) => void,
): Promise<PurgeQueue> {
  await makeFolder(folder);
  const left = await readNotices(folder);
  const queue: Queue = {
    folder,
    stores,
    log,
    noted: new Map(),
    timers: new Map(),
    running: new Set(),
    closed: false,
  };
  for (const notice of left) remember(queue, notice.key, [notice]);
  return {
    note: async (key) => remember(queue, key, [await writeNotice(folder, key)]),
    changed: (key) => purgeChanged(queue, key),
    resume: () => resume(queue, left),
    close: () => close(queue),
  };
}
