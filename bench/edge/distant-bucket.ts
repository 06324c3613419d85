import { createHash } from 'node:crypto';
import type { ObjectStore, PutOptions, StoredObject } from '../../shared/ports.ts';

const etagOf = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`;

const holds = (stored: StoredObject | undefined, only: PutOptions['only']): boolean =>
  only === undefined || (only === 'absent' ? stored === undefined : stored?.etag === only.etag);

/** A bucket in memory, as far as policies need one. */
export function bucketInMemory(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  return {
    get: async (key, { maxBytes, unlessEtag }) => {
      const stored = objects.get(key);
      if (stored === undefined) return 'missing';
      if (stored.etag === unlessEtag) return 'unchanged';
      return stored.body.length > maxBytes ? 'too-large' : stored;
    },
    put: async (key, body, { only }) => {
      if (!holds(objects.get(key), only)) return 'taken';
      const etag = etagOf(body);
      objects.set(key, { body, etag, metadata: {} });
      return { etag };
    },
    list: async function* list(prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    remove: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}

/** What was waited for, in round trips one after another. */
export type Waited<T> = { readonly value: T; readonly roundTrips: number };

/** A bucket whose reads are counted, and take as long as they are told to. */
export type DistantBucket = {
  readonly config: ObjectStore;
  readonly reads: () => number;
  /** Waits for work. Reads that were begun together are one round trip; `pass` is called for each. */
  readonly waitFor: <T>(work: Promise<T>) => Promise<Waited<T>>;
  /** Lets the reads of the background end, without waiting for what they lead to. */
  readonly deliver: () => Promise<void>;
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Puts a bucket at a distance. Reads end one round trip later: while something is waited for, or when they are delivered. */
export function distantBucket(bucket: ObjectStore, pass: () => void): DistantBucket {
  let reads = 0;
  let travelling: (() => void)[] = [];
  const travel = (): Promise<void> => new Promise((resolve) => travelling.push(resolve));

  async function deliver(): Promise<void> {
    const arrived = travelling;
    travelling = [];
    for (const resolve of arrived) resolve();
    await turn();
  }

  async function waitFor<T>(work: Promise<T>): Promise<Waited<T>> {
    let isDone = false;
    let roundTrips = 0;
    const finish = (): void => {
      isDone = true;
    };
    work.then(finish, finish);
    await turn();
    while (!isDone) {
      if (travelling.length > 0) {
        roundTrips += 1;
        pass();
        await deliver();
      } else await turn();
    }
    return { value: await work, roundTrips };
  }

  const get: ObjectStore['get'] = async (key, options) => {
    reads += 1;
    await travel();
    return bucket.get(key, options);
  };
  return { config: { ...bucket, get }, reads: () => reads, waitFor, deliver };
}
