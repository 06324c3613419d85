import { clamp, lerp } from './maths.ts';
import type { HeightAt } from './terrain.ts';

/** A precomputed grid of heights, for land that is read many times per pixel. */

export interface Extent {
  readonly left: number;
  readonly right: number;
  readonly far: number;
  readonly spacing: number;
}

export const bake = (heightAt: HeightAt, { left, right, far, spacing }: Extent): HeightAt => {
  const columns = Math.ceil((right - left) / spacing) + 2;
  const rows = Math.ceil(far / spacing) + 2;
  const heights = new Float32Array(columns * rows);
  heights.forEach((_, i) => {
    const column = i % columns;
    heights[i] = heightAt(left + column * spacing, ((i - column) / columns) * spacing);
  });
  return (x, z) => {
    const u = clamp((x - left) / spacing, 0, columns - 1.001);
    const v = clamp(z / spacing, 0, rows - 1.001);
    const [column, row] = [Math.floor(u), Math.floor(v)];
    const i = row * columns + column;
    const near = lerp(heights[i] ?? 0, heights[i + 1] ?? 0, u - column);
    const next = i + columns;
    const away = lerp(heights[next] ?? 0, heights[next + 1] ?? 0, u - column);
    return lerp(near, away, v - row);
  };
};
