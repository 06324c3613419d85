import { createHash } from 'node:crypto';

/** How many different texts there were: exact up to a limit, and known to be more beyond it. */
export type DistinctCount = {
  readonly limit: number;
  readonly hashes: Set<bigint>;
  /** Whether there were more than the limit; then none of them is held any longer. */
  more: boolean;
};

/** Counts nothing yet. */
export const createDistinctCount = (limit: number): DistinctCount => ({
  limit,
  hashes: new Set(),
  more: false,
});

/** 64 bits: among a million texts, two with the same are one chance in 37 million. */
function hashOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE();
}

/** Counts a text, unless it was counted before. */
export function addDistinct(counter: DistinctCount, text: string): void {
  if (counter.more) return;
  counter.hashes.add(hashOf(text));
  if (counter.hashes.size <= counter.limit) return;
  counter.more = true;
  counter.hashes.clear();
}

/** The number of different texts, or the limit and that there were more. */
export function distinctCount({ limit, hashes, more }: DistinctCount): {
  readonly count: number;
  readonly more: boolean;
} {
  return { count: more ? limit : hashes.size, more };
}
