import { boundedCache } from '../../../shared/bounded-cache.ts';
import type { EdgeResponse } from '../edge-response.ts';
import { readCacheTags } from './cache-tags.ts';
import { type CacheLifetime, cacheLifetime } from './freshness.ts';
import type { Matcher } from './invalidation.ts';

/** The limit for the objects of all caches. The least recently used are evicted. */
export const maxCachedBytes = 256 * 1024 * 1024;

/** Counted per entry, so that the limit also bounds empty answers. */
const entryOverheadBytes = 2_048;

/** One stored object. */
export type CacheEntry = {
  readonly response: EdgeResponse;
  readonly tags: readonly string[];
  readonly storedAt: number;
  readonly lifetime: CacheLifetime;
};

/** The objects of one edge location or of the shield. */
export type ObjectCache = {
  readonly get: (key: string) => CacheEntry | undefined;
  /**
   * Stores the answer if CloudFront would. Returns whether it was stored. `ageMs` is the time that it was in
   * other caches, in milliseconds; without it, 0.
   */
  readonly store: (key: string, response: EdgeResponse, ageMs?: number) => boolean;
  readonly drop: (matches: Matcher) => number;
};

/** The age of an entry, in milliseconds. */
export function ageOf(entry: CacheEntry, now: number): number {
  return Math.max(0, now - entry.storedAt);
}

/** Creates an empty cache. `clock` returns milliseconds. */
export function createObjectCache(clock: () => number, maxBytes = maxCachedBytes): ObjectCache {
  const entries = boundedCache<CacheEntry>(
    maxBytes,
    ({ response }, key) =>
      response.body.length + key.length + entryOverheadBytes + response.headers.length * 64,
  );
  return {
    get: (key) => entries.get(key),
    store: (key, response, ageMs = 0) => {
      const now = clock();
      const life = cacheLifetime(response, now);
      // Even an answer that is not stored makes the previous one outdated.
      entries.delete(key);
      if (!life) return false;
      const tags = readCacheTags(response.headers);
      entries.set(key, { response, tags, storedAt: now - ageMs, lifetime: life });
      return entries.has(key);
    },
    drop: (matches) => {
      const keys = entries
        .entries()
        .filter(([key, entry]) => matches(key, entry.tags))
        .map(([key]) => key);
      for (const key of keys) entries.delete(key);
      return keys.length;
    },
  };
}
