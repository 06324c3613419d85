import { expect, it } from 'vitest';
import { median } from '../../../bench/median.ts';
import { bytesAtScore } from '../../../bench/pictures/interpolation.ts';

const curve = [
  { score: 80, bytes: 4_000 },
  { score: 60, bytes: 1_000 },
  { score: 70, bytes: 2_000 },
];

it.each([
  [70, 2_000],
  [80, 4_000],
  [65, 1_000 * Math.SQRT2],
  [61, 1_000 * 2 ** 0.1],
  [59.99, undefined],
  [80.01, undefined],
])('a score of %f has the bytes between those of its neighbours', (score, bytes) => {
  const found = bytesAtScore(curve, score);
  if (bytes === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(bytes);
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 3],
  [[], Number.NaN],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});
