import sharp from 'sharp';
import { groundAt, heightAt, skyAt } from './alpine-ground.ts';
import { addGrain, develop, PixelCanvas } from './canvas.ts';
import type { Rgb } from './colour.ts';
import { dim, mix } from './colour.ts';
import { clamp, smoothstep } from './maths.ts';
import { fractal } from './noise.ts';
import type { Spruce } from './spruce.ts';
import { spruceShape } from './spruce.ts';
import type { View } from './terrain.ts';
import { drawTerrain, unit } from './terrain.ts';

/** `alpine-lake.jpg`: morning light on a snowy massif, mirrored in a lake. */

const viewOf = (canvas: PixelCanvas): View => ({
  focal: canvas.width * 0.98,
  horizon: Math.round(canvas.height * 0.6),
  eye: 4,
  near: 420,
  far: 26000,
  stride: 0.0009,
});

const paintSky = (canvas: PixelCanvas, view: View): void => {
  canvas.paint((column, row) =>
    row > view.horizon + 40
      ? [-1, -1, -1]
      : skyAt(
          unit([(column - canvas.width / 2) / view.focal, (view.horizon - row) / view.focal, 1]),
        ),
  );
};

/** The lowest row of land in a column. Below it is water. */
const shoreOf = (canvas: PixelCanvas, column: number): number => {
  let row = canvas.height - 1;
  while (row > 0 && canvas.at(column, row)[0] < 0) row -= 1;
  return row;
};

const deep: Rgb = [0.012, 0.05, 0.058];

/** The reflection in the water. It is weaker at steeper angles. */
const waterAt = (
  canvas: PixelCanvas,
  view: View,
  column: number,
  row: number,
  shore: number,
): Rgb => {
  const down = Math.max(0.5, row - view.horizon) / view.focal;
  const z = view.eye / down;
  const x = ((column - canvas.width / 2) / view.focal) * z;
  const wind = smoothstep(-0.1, 0.5, fractal(x / 60, z / 170, 3, 71));
  const calm = (0.0028 + 0.016 * wind) / (1 + z / 160);
  const heave = fractal(x / 1.6, z / 2.6, 4, 72) * calm;
  const sway = fractal(x / 1.6, z / 2.6, 3, 79) * calm * 0.5;
  const mirrored = canvas.at(
    column + sway * view.focal,
    Math.min(shore, 2 * shore - row + heave * 2 * view.focal),
  );
  const fresnel = 0.06 + 0.9 * (1 - clamp(down * 1.05)) ** 3.2;
  return mix(deep, dim(mirrored, 0.96), clamp(fresnel + heave * 4));
};

const paintWater = (canvas: PixelCanvas, view: View): void => {
  for (let column = 0; column < canvas.width; column += 1) {
    const shore = shoreOf(canvas, column);
    for (let row = shore + 1; row < canvas.height; row += 1) {
      canvas.put(column, row, waterAt(canvas, view, column, row, shore));
    }
  }
};

const spruces: readonly Spruce[] = [
  { x: 40, foot: 1640, height: 1500, seed: 1 },
  { x: 250, foot: 1660, height: 1130, seed: 2 },
  { x: 148, foot: 1650, height: 760, seed: 3 },
  { x: 405, foot: 1650, height: 560, seed: 4 },
  { x: 2330, foot: 1650, height: 900, seed: 5 },
  { x: 2215, foot: 1650, height: 470, seed: 6 },
  { x: 2420, foot: 1640, height: 1180, seed: 7 },
];

const foreground = (width: number, height: number): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
    viewBox="0 0 2400 1600">${spruces.map(spruceShape).join('')}</svg>`);

export const paintAlpineLake = async (scale = 1): Promise<Buffer> => {
  const [width, height] = [Math.round(2400 * scale), Math.round(1600 * scale)];
  const canvas = new PixelCanvas(width * 2, height * 2);
  const view = viewOf(canvas);
  paintSky(canvas, view);
  drawTerrain(canvas, view, heightAt, groundAt);
  paintWater(canvas, view);
  const codes = develop(canvas.halved(), { exposure: 0.62, vignette: 0.3 });
  const raw = { width, height, channels: 3 } as const;
  const framed = await sharp(codes, { raw })
    .composite([{ input: foreground(width, height) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  addGrain(framed, width, 4);
  return sharp(framed, { raw }).jpeg({ quality: 84, mozjpeg: true }).toBuffer();
};
