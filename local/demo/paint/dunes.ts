import sharp from 'sharp';
import { addGrain, develop, PixelCanvas } from './canvas.ts';
import type { Rgb } from './colour.ts';
import { dim, hex, mix, plus, ramp } from './colour.ts';
import { duneGroundAt, duneHeightAt, duneSun } from './dune-sand.ts';
import { bell, clamp, smoothstep } from './maths.ts';
import { fractal } from './noise.ts';
import type { PaintVector, View } from './terrain.ts';
import { dot, drawTerrain, unit } from './terrain.ts';

/** `dunes at dusk.jpg`: the last sun on the crests, the slip faces in the shade. */

const dusk = [
  [0, hex('#f2b184')],
  [0.09, hex('#e89a86')],
  [0.22, hex('#b98096')],
  [0.45, hex('#6f6a99')],
  [0.75, hex('#3c4a80')],
  [1, hex('#27376a')],
] as const;

const streaks = (towards: PaintVector): number => {
  const far = 1 / (towards[1] + 0.07);
  const [x, z] = [towards[0] * far, towards[2] * far];
  const bend = fractal(x * 0.5, z * 0.5, 3, 61);
  const strands = fractal(x * 0.5 + bend, z * 1.6 + bend, 6, 62);
  return smoothstep(0.02, 0.6, strands) * smoothstep(0.01, 0.1, towards[1]);
};

const skyAt = (towards: PaintVector): Rgb => {
  const near = clamp(dot(towards, duneSun));
  const clear = ramp(dusk, clamp(towards[1] * 1.75));
  const glow = plus(dim(clear, 0.85), [1.5, 0.72, 0.28], 0.8 * near ** 6 * bell(towards[1], 0.4));
  return mix(glow, mix([0.5, 0.34, 0.42], [2.1, 0.95, 0.55], near ** 2), streaks(towards) * 0.6);
};

export const paintDunes = async (scale = 1): Promise<Buffer> => {
  const [width, height] = [Math.round(2000 * scale), Math.round(1333 * scale)];
  const canvas = new PixelCanvas(width * 2, height * 2);
  const view: View = {
    focal: canvas.width * 0.95,
    horizon: Math.round(canvas.height * 0.4),
    eye: duneHeightAt(0, 0) + 38,
    near: 14,
    far: 6200,
    stride: 0.0011,
  };
  canvas.paint((column, row) =>
    skyAt(unit([(column - canvas.width / 2) / view.focal, (view.horizon - row) / view.focal, 1])),
  );
  drawTerrain(canvas, view, duneHeightAt, duneGroundAt);
  const codes = develop(canvas.halved(), { exposure: 0.62, vignette: 0.35 });
  addGrain(codes, width, 6);
  return sharp(codes, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 86, mozjpeg: true })
    .toBuffer();
};
