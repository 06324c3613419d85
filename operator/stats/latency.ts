/** Durations in milliseconds, stored as a count per rounded duration. */
export type Latency = { readonly counts: Map<number, number>; total: number; longest: number };

/** An empty set of durations. */
export const createLatency = (): Latency => ({ counts: new Map(), total: 0, longest: 0 });

/** Functions time out after 30 seconds, so longer durations are not plausible and are capped. */
const longestMs = 60_000;

/** Rounds to three digits, which is enough for a percentile and limits the counts to 2,500. */
function roundDuration(milliseconds: number): number {
  const whole = Math.round(Math.min(milliseconds, longestMs));
  return whole < 1_000 ? whole : Number(whole.toPrecision(3));
}

/** Counts a duration. */
export function addLatency(latency: Latency, milliseconds: number): void {
  const rounded = roundDuration(milliseconds);
  latency.counts.set(rounded, (latency.counts.get(rounded) ?? 0) + 1);
  latency.total += milliseconds;
  latency.longest = Math.max(latency.longest, milliseconds);
}

/**
 * The duration that the given part (0 to 1) of all durations does not exceed, to three digits; 0 without durations.
 * Rounding never makes it longer than the longest.
 */
export function percentile({ counts, longest }: Latency, part: number): number {
  const all = [...counts].toSorted(([a], [b]) => a - b);
  const wanted = Math.ceil(all.reduce((sum, [, count]) => sum + count, 0) * part);
  let passed = 0;
  for (const [milliseconds, count] of all) {
    passed += count;
    if (passed >= wanted) return Math.min(milliseconds, longest);
  }
  return 0;
}
