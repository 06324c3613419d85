/*
 * Colours without their alpha, for steps that compare each pixel with its neighbours. The colour of a pixel
 * that is hardly visible may be anything, so it must not count as a neighbour.
 */

/** From this alpha on, a pixel has a colour of its own: in 8 bits, a fainter one was mostly rounded. */
const leastAlpha = 32;
/** No step looks at pixels that are farther away. */
const farthest = 255;

type Spread = {
  readonly width: number;
  readonly colours: Buffer;
  /** To the nearest visible pixel, in steps to one of eight neighbours. */
  readonly distances: Uint8Array;
};

function copyColour(to: Uint8Array, at: number, from: Uint8Array, start: number): void {
  to[at] = from[start] ?? 0;
  to[at + 1] = from[start + 1] ?? 0;
  to[at + 2] = from[start + 2] ?? 0;
}

/** Takes the colour of a neighbour if it has a visible pixel nearer. */
function takeColour({ colours, distances }: Spread, to: number, from: number): void {
  const distance = (distances[from] ?? farthest) + 1;
  if (distance >= (distances[to] ?? 0)) return;
  distances[to] = distance;
  copyColour(colours, to * 3, colours, from * 3);
}

/** Passes colours on to the next pixel, and to the three nearest in the next row, in one direction. */
function passColours(spread: Spread, pixel: number, direction: 1 | -1): void {
  const { width } = spread;
  const x = pixel % width;
  const before = pixel - direction;
  const above = pixel - direction * width;
  const [first, last] = direction === 1 ? [0, width - 1] : [width - 1, 0];
  if (x !== first) takeColour(spread, pixel, before);
  if (above < 0 || above >= spread.distances.length) return;
  takeColour(spread, pixel, above);
  if (x !== first) takeColour(spread, pixel, above - direction);
  if (x !== last) takeColour(spread, pixel, above + direction);
}

/**
 * The colours of RGBA pixels as RGB. Pixels that are hardly visible have the colour of the nearest one that
 * is. Two passes over the pixels: https://doi.org/10.1145/321356.321357
 */
export function spreadColours(rgba: Uint8Array, width: number): Buffer {
  const count = rgba.length / 4;
  const colours = Buffer.allocUnsafe(count * 3);
  const distances = new Uint8Array(count);
  const spread: Spread = { width, colours, distances };
  for (let pixel = 0; pixel < count; pixel += 1) {
    copyColour(colours, pixel * 3, rgba, pixel * 4);
    if ((rgba[pixel * 4 + 3] ?? 0) >= leastAlpha) continue;
    distances[pixel] = farthest;
    passColours(spread, pixel, 1);
  }
  for (let pixel = count - 1; pixel >= 0; pixel -= 1)
    if (distances[pixel] !== 0) passColours(spread, pixel, -1);
  return colours;
}

/**
 * Applies to RGBA pixels, in place, what a step has changed in their spread colours. Alpha stays, and so do the
 * colours of transparent pixels.
 */
export function applyChange(rgba: Buffer, spread: Uint8Array, drawn: Uint8Array): Buffer {
  const change = (to: number, from: number): number =>
    Math.min(255, Math.max(0, (rgba[to] ?? 0) + (drawn[from] ?? 0) - (spread[from] ?? 0)));
  for (let to = 0, from = 0; to < rgba.length; to += 4, from += 3) {
    if (rgba[to + 3] === 0) continue;
    rgba[to] = change(to, from);
    rgba[to + 1] = change(to + 1, from + 1);
    rgba[to + 2] = change(to + 2, from + 2);
  }
  return rgba;
}
