/** A generator of numbers in [0, 1). The same seed gives the same numbers (mulberry32). */

export type PaintRandom = () => number;

export const seeded = (seed: number): PaintRandom => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

export const between = (random: PaintRandom, low: number, high: number): number =>
  low + (high - low) * random();
