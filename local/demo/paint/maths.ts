/** Scalar functions that all painters use. */

export const lerp = (from: number, to: number, t: number): number => from + (to - from) * t;

export const clamp = (value: number, low = 0, high = 1): number =>
  Math.max(low, Math.min(high, value));

/** 0 below `low`, 1 above `high`, smooth in between; `low` may be the greater one. */
export const smoothstep = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
};

/** A bell curve of height 1 around 0 with its shoulder at `width`. */
export const bell = (distance: number, width: number): number =>
  Math.exp(-(distance * distance) / (width * width));
