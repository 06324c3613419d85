import sharp from 'sharp';
import { develop, PixelCanvas } from './canvas.ts';
import type { Rgb } from './colour.ts';
import { hex, mix } from './colour.ts';
import { observatoryShape } from './dome.ts';
import { bell, clamp, smoothstep } from './maths.ts';
import { addStars, nightSkyAt } from './night-sky.ts';
import { fractal } from './noise.ts';
import { between, seeded } from './random.ts';
import { spruceShape } from './spruce.ts';

/** `observatory.jpg`: above 12 megapixels, a dome under the Milky Way. */

const size = { width: 4800, height: 3200 };

interface Ridge {
  readonly base: number;
  readonly swing: number;
  readonly seed: number;
  readonly tint: Rgb;
}

/** Far ridges first; heights in shares of the picture's height. */
const ridges: readonly Ridge[] = [
  { base: 0.755, swing: 0.075, seed: 3, tint: hex('#24445a') },
  { base: 0.8, swing: 0.07, seed: 4, tint: hex('#182f43') },
  { base: 0.85, swing: 0.06, seed: 5, tint: hex('#0f1e2e') },
];

const crestOf = ({ base, swing, seed }: Ridge, u: number): number =>
  base + swing * fractal(u * 2.3, seed, 8, 90 + seed);

/** Ridges stand in mist that thickens towards their feet. */
const landAt = (u: number, v: number, sky: Rgb): Rgb =>
  ridges.reduce<Rgb>((behind, ridge) => {
    const crest = crestOf(ridge, u);
    const inside = smoothstep(-0.0006, 0.0006, v - crest);
    const mist = smoothstep(0, 0.16, v - crest + 0.02 * fractal(u * 4, v * 9, 4, ridge.seed));
    const warm = mix(hex('#3a6274'), hex('#8a6a4a'), bell(u - 0.22, 0.5) * 0.6);
    return mix(behind, mix(ridge.tint, warm, mist * 0.62), inside);
  }, sky);

/** The hill the observatory stands on, black against everything. */
const hillAt = (x: number): number =>
  2790 +
  420 * clamp(Math.abs(x - 3400) / 3300) ** 1.5 -
  14 +
  60 * fractal(x / 620, 1, 6, 97) * smoothstep(200, 900, Math.abs(x - 3400));

const hill = (): string => {
  const points = Array.from({ length: 801 }, (_, i) => `${i * 6} ${hillAt(i * 6).toFixed(1)}`);
  return `<path d="M-10 3210L${points.join('L')}L4810 3210Z" fill="#05080d"/>`;
};

const woods = (): string => {
  const random = seeded(12);
  const shapes = Array.from({ length: 46 }, (_, i) => {
    const x = i < 34 ? between(random, -40, 2350) : between(random, 4120, 4840);
    const height = between(random, 150, 430) * (i % 7 === 0 ? 1.35 : 1);
    return spruceShape({ x, foot: hillAt(x) + 14, height, seed: 200 + i });
  });
  return shapes
    .join('')
    .replaceAll('#2a3219', '#0b1512')
    .replaceAll(/#0c1510|#0b100d/g, '#04070b');
};

const foreground = (width: number, height: number): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
    viewBox="0 0 ${size.width} ${size.height}">${observatoryShape()}${hill()}${woods()}</svg>`);

export const paintObservatory = async (scale = 1): Promise<Buffer> => {
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  const canvas = new PixelCanvas(width, height);
  canvas.paint((column, row) => nightSkyAt(column / height, row / height));
  addStars(canvas, 230000);
  const tall = Math.floor(height * 0.66);
  canvas.paint((column, row) => {
    const sky = canvas.at(column, row);
    return row < tall ? sky : landAt(column / height, row / height, sky);
  });
  const codes = develop(canvas, { exposure: 1.15, vignette: 0.45 });
  return sharp(codes, { raw: { width, height, channels: 3 } })
    .composite([{ input: foreground(width, height) }])
    .removeAlpha()
    .jpeg({ quality: 80, mozjpeg: true })
    .toBuffer();
};
