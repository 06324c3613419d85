import { expect, it } from 'vitest';
import { compareStructure, type Plane } from '../../../bench/quality/ssim.ts';

const side = 16;
const planeOf = (sample: (x: number, y: number) => number): Plane => ({
  width: side,
  height: side,
  samples: Uint8Array.from({ length: side * side }, (_, at) => sample(at % side, at / side)),
});
const ramp = planeOf((x) => 8 * x);

it('a picture is wholly like itself', () => {
  expect(compareStructure(ramp, ramp)).toBe(1);
});

it('flat pictures differ as their brightness does', () => {
  const [x, y] = [100, 150];
  const expected = (2 * x * y + 6.5025) / (x * x + y * y + 6.5025);
  expect(
    compareStructure(
      planeOf(() => x),
      planeOf(() => y),
    ),
  ).toBeCloseTo(expected, 12);
});

it('more noise looks less alike', () => {
  const noisy = (strength: number) =>
    compareStructure(
      ramp,
      planeOf((x, y) => 8 * x + ((7 * x + 3 * Math.floor(y)) % 5) * strength),
    );
  expect(noisy(1)).toBeLessThan(1);
  expect(noisy(4)).toBeLessThan(noisy(1));
  expect(noisy(16)).toBeLessThan(noisy(4));
});
