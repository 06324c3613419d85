import type { PixelCanvas } from './canvas.ts';
import type { Rgb } from './colour.ts';
import { clamp } from './maths.ts';

/** Draws a height field. Every column of the picture is a ray march away from the eye. */

export interface View {
  /** Distance of the picture plane, in pixels: large is a long lens. */
  readonly focal: number;
  /** The row of the horizon. */
  readonly horizon: number;
  /** The eye's height above 0, in metres. */
  readonly eye: number;
  readonly near: number;
  readonly far: number;
  /** The growth of the step length, as a share of the distance. */
  readonly stride: number;
}

export type HeightAt = (x: number, z: number) => number;

/** The colour of a visible point of the ground, `z` metres away and `x` to the right. */
export type GroundAt = (x: number, z: number, height: number) => Rgb;

export type PaintVector = readonly [number, number, number];

export const unit = ([x, y, z]: PaintVector): PaintVector => {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
};

export const dot = (a: PaintVector, b: PaintVector): number =>
  a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const normalAt = (heightAt: HeightAt, x: number, z: number, step: number): PaintVector => {
  const here = heightAt(x, z);
  return unit([here - heightAt(x + step, z), step, here - heightAt(x, z + step)]);
};

/** The visible share of the sun at a point, 0 to 1. Values between give soft shadows. */
export const sunlight = (
  heightAt: HeightAt,
  from: PaintVector,
  sun: PaintVector,
  reach: { readonly first: number; readonly growth: number; readonly steps: number },
): number => {
  let seen = 1;
  let along = reach.first;
  for (let step = 0; step < reach.steps && seen > 0; step += 1) {
    const clear =
      from[1] + sun[1] * along - heightAt(from[0] + sun[0] * along, from[2] + sun[2] * along);
    seen = Math.min(seen, 0.5 + (clear / along) * 18);
    along *= reach.growth;
  }
  return clamp(seen);
};

interface Stretch {
  readonly column: number;
  readonly side: number;
  readonly from: { readonly z: number; readonly row: number };
  readonly to: { readonly z: number; readonly row: number };
}

/** Paints the rows between two steps of the ray. Returns the highest row it covered. */
const paintStretch = (
  canvas: PixelCanvas,
  view: View,
  { column, side, from, to }: Stretch,
  covered: number,
  groundAt: GroundAt,
): number => {
  const top = Math.max(0, Math.ceil(to.row));
  for (let row = Math.min(covered - 1, canvas.height - 1); row >= top; row -= 1) {
    const share = from.row - to.row < 1e-6 ? 1 : clamp((from.row - row) / (from.row - to.row));
    const z = from.z + (to.z - from.z) * share;
    const height = view.eye + ((view.horizon - row) * z) / view.focal;
    canvas.put(column, row, groundAt(side * z, z, height));
  }
  return Math.min(covered, top);
};

/** Returns, per column, the highest row the ground covers. */
export const drawTerrain = (
  canvas: PixelCanvas,
  view: View,
  heightAt: HeightAt,
  groundAt: GroundAt,
): Int32Array => {
  const skyline = new Int32Array(canvas.width).fill(canvas.height);
  for (let column = 0; column < canvas.width; column += 1) {
    const side = (column + 0.5 - canvas.width / 2) / view.focal;
    let covered = canvas.height;
    let from = { z: view.near, row: canvas.height };
    for (let z = view.near; z < view.far && covered > 0; z *= 1 + view.stride) {
      const row = view.horizon - ((heightAt(side * z, z) - view.eye) * view.focal) / z;
      const to = { z, row };
      if (row < covered) {
        covered = paintStretch(canvas, view, { column, side, from, to }, covered, groundAt);
      }
      from = to;
    }
    skyline[column] = covered;
  }
  return skyline;
};
