import { createHash } from 'node:crypto';

/** Counts different texts: exactly up to a limit, beyond it only that there are more. */
export type DistinctCount = {
  readonly limit: number;
  readonly hashes: Set<bigint>;
  /** Whether the limit was exceeded. The hashes are then dropped. */
  more: boolean;
};

/** An empty count. */
export const createDistinctCount = (limit: number): DistinctCount => ({
  limit,
  hashes: new Set(),
  more: false,
});

/** 64 bits: the chance of a collision among a million texts is 1 in 37 million. */
function hashOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE();
}

/** Counts a text if it is new. */
export function addDistinct(counter: DistinctCount, text: string): void {
  if (counter.more) return;
  counter.hashes.add(hashOf(text));
  if (counter.hashes.size <= counter.limit) return;
  counter.more = true;
  counter.hashes.clear();
}

/** The number of different texts, or the limit with `more`. */
export function distinctCount({ limit, hashes, more }: DistinctCount): {
  readonly count: number;
  readonly more: boolean;
} {
  return { count: more ? limit : hashes.size, more };
}
