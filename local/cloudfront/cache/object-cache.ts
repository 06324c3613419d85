import { LRUCache } from 'lru-cache';
import type { EdgeResponse } from '../edge-response.ts';
import { readCacheTags } from './cache-tags.ts';
import { type CacheLifetime, lifetime } from './freshness.ts';
import type { Matcher } from './invalidation.ts';

/** All cached objects together; the least recently used make room. */
const maxCachedBytes = 256 * 1024 * 1024;

/** What an entry costs beside its body, so that a million empty answers are bounded too. */
const entryOverheadBytes = 2_048;

/** One stored object. */
export type CacheEntry = {
  readonly response: EdgeResponse;
  readonly tags: readonly string[];
  readonly storedAt: number;
  readonly lifetime: CacheLifetime;
};

/** The objects of one edge location. */
export type ObjectCache = {
  readonly get: (key: string) => CacheEntry | undefined;
  /** Stores what CloudFront would store and says whether it did. */
  readonly store: (key: string, response: EdgeResponse) => boolean;
  readonly drop: (matches: Matcher) => number;
};

/** The cached object's age in milliseconds. */
export function ageOf(entry: CacheEntry, now: number): number {
  return Math.max(0, now - entry.storedAt);
}

/** Makes an empty cache; `clock` is in milliseconds. */
export function createObjectCache(clock: () => number, maxBytes = maxCachedBytes): ObjectCache {
  const entries = new LRUCache<string, CacheEntry>({
    maxSize: maxBytes,
    sizeCalculation: ({ response }, key) =>
      response.body.length + key.length + entryOverheadBytes + response.headers.length * 64,
  });
  return {
    get: (key) => entries.get(key),
    store: (key, response) => {
      const now = clock();
      const life = lifetime(response, now);
      // An answer that may not be kept still says that the one before it is out of date.
      entries.delete(key);
      if (!life) return false;
      const tags = readCacheTags(response.headers);
      entries.set(key, { response, tags, storedAt: now, lifetime: life });
      return entries.has(key);
    },
    drop: (matches) => {
      const keys = [...entries.entries()]
        .filter(([key, entry]) => matches(key, entry.tags))
        .map(([key]) => key);
      for (const key of keys) entries.delete(key);
      return keys.length;
    },
  };
}
