import type { KeysOf } from './cache-keys.ts';
import type { TraceRequest } from './trace.ts';

export type HitRate = {
  /** Hits among the requests that were not refused. */
  readonly hits: number;
  /** Pictures drawn. */
  readonly renders: number;
  /** Requests that were refused before the cache. */
  readonly refused: number;
};

/** Plays requests against a cache and a bucket that are empty at first and forget nothing. */
export async function measureHitRate(
  trace: readonly TraceRequest[],
  keysOf: KeysOf,
): Promise<HitRate> {
  const cached = new Set<string>();
  const derivatives = new Set<string>();
  let [hits, refused] = [0, 0];
  for (const request of trace) {
    const keys = await keysOf(request);
    if (keys === undefined) refused += 1;
    else {
      if (cached.has(keys.cache)) hits += 1;
      cached.add(keys.cache);
      derivatives.add(keys.derivative);
    }
  }
  return { hits: hits / (trace.length - refused), renders: derivatives.size, refused };
}
