import { compareUtf8 } from './utf8-order.ts';

/** What a listing contains for an object, so that listing opens no file. */
export type IndexEntry = {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly storageClass: string;
};

export type BucketIndex = {
  readonly get: (key: string) => IndexEntry | undefined;
  readonly put: (entry: IndexEntry) => void;
  readonly remove: (key: string) => void;
  /** The position of the first key, in byte order, that passes a monotone test. */
  readonly findFirst: (test: (key: string) => boolean) => number;
  readonly at: (position: number) => IndexEntry | undefined;
};

/** Creates a sorted in-memory index of a bucket's keys. */
export function createBucketIndex(initial: readonly IndexEntry[]): BucketIndex {
  const entries = new Map(initial.map((entry) => [entry.key, entry]));
  const keys = [...entries.keys()].sort(compareUtf8);
  const findFirst = (test: (key: string) => boolean): number => {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (test(keys[middle] ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const position = (key: string): number => findFirst((other) => compareUtf8(other, key) >= 0);
  return {
    get: (key) => entries.get(key),
    put: (entry) => {
      if (!entries.has(entry.key)) keys.splice(position(entry.key), 0, entry.key);
      entries.set(entry.key, entry);
    },
    remove: (key) => {
      if (entries.delete(key)) keys.splice(position(key), 1);
    },
    findFirst,
    at: (index) => entries.get(keys[index] ?? ''),
  };
}
