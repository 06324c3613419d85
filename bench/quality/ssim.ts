/** The samples of one channel, row by row, from 0 to 255. */
export type Plane = {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array;
};

/** Windows of 8×8 samples, of which each begins 4 after the last. */
const windowSide = 8;
const windowStep = 4;
/** (0.01 · 255)² and (0.03 · 255)², which keep flat windows from being divided by zero. */
const [c1, c2] = [6.5025, 58.5225];

function compareWindow(one: Plane, other: Plane, left: number, top: number): number {
  const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
  for (let row = top; row < top + windowSide; row += 1)
    for (let column = left; column < left + windowSide; column += 1) {
      const x = one.samples[row * one.width + column] ?? 0;
      const y = other.samples[row * one.width + column] ?? 0;
      sums.x += x;
      sums.y += y;
      sums.xx += x * x;
      sums.yy += y * y;
      sums.xy += x * y;
    }
  const count = windowSide ** 2;
  const [x, y] = [sums.x / count, sums.y / count];
  const [xx, yy, xy] = [sums.xx / count - x * x, sums.yy / count - y * y, sums.xy / count - x * y];
  return ((2 * x * y + c1) * (2 * xy + c2)) / ((x * x + y * y + c1) * (xx + yy + c2));
}

/**
 * The structural similarity of two pictures of one size: 1 if they are the same.
 * Wang et al., Image Quality Assessment, 2004: https://doi.org/10.1109/TIP.2003.819861
 */
export function compareStructure(one: Plane, other: Plane): number {
  let [sum, count] = [0, 0];
  for (let top = 0; top + windowSide <= one.height; top += windowStep)
    for (let left = 0; left + windowSide <= one.width; left += windowStep) {
      sum += compareWindow(one, other, left, top);
      count += 1;
    }
  return sum / count;
}
