/**
 * The fastest of five runs, in milliseconds. What a pattern takes that backtracks shows in each of
 * them; what another process takes from a busy machine does not show in all.
 */
export function fastest(work: () => void): number {
  const runs = [1, 2, 3, 4, 5].map(() => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...runs);
}

/**
 * How many times as long a work takes on all of its input as on a sixteenth of it: some 16 where
 * it reads the input once, 256 where it reads all of it again for each of its parts.
 */
export function growth(workOn: (share: number) => () => void): number {
  const [whole, part] = [workOn(1), workOn(1 / 16)];
  return fastest(whole) / fastest(part);
}

/** Between the two: neither a busy machine nor a quick one makes the one look like the other. */
export const steady = 64;
