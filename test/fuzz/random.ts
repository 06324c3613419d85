import type { Draw } from './mutations.ts';

/** Draws numbers from a seed: the same seed draws the same numbers in every run. */
export function drawFrom(seed: number): Draw {
  let state = (Math.imul(seed, 0x9e37_79b1) ^ 0x5bf0_3635) >>> 0 || 1;
  return (below) => {
    // xorshift32: https://www.jstatsoft.org/article/view/v008i14
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
