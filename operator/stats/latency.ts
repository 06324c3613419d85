/** Durations in milliseconds, of which only how many were how long is kept. */
export type Latency = { readonly counts: Map<number, number>; total: number; longest: number };

/** No durations yet. */
export const createLatency = (): Latency => ({ counts: new Map(), total: 0, longest: 0 });

/** A function is stopped after 30 seconds; what says that it took an hour is counted as a minute. */
const longestMs = 60_000;

/** Three digits are enough for a percentile, and leave 2,500 different durations at most. */
function roundDuration(milliseconds: number): number {
  const whole = Math.round(Math.min(milliseconds, longestMs));
  return whole < 1_000 ? whole : Number(whole.toPrecision(3));
}

/** Counts a duration. */
export function addLatency(held: Latency, milliseconds: number): void {
  const about = roundDuration(milliseconds);
  held.counts.set(about, (held.counts.get(about) ?? 0) + 1);
  held.total += milliseconds;
  held.longest = Math.max(held.longest, milliseconds);
}

/** What so large a part of all durations does not exceed, to three digits; 0 where there are none. */
export function percentile({ counts }: Latency, part: number): number {
  const all = [...counts].toSorted(([a], [b]) => a - b);
  const wanted = Math.ceil(all.reduce((sum, [, count]) => sum + count, 0) * part);
  let passed = 0;
  for (const [milliseconds, count] of all) {
    passed += count;
    if (passed >= wanted) return milliseconds;
  }
  return 0;
}
