import type { Rgb } from './colour.ts';
import { encodeColour } from './colour.ts';
import { noise } from './noise.ts';
import type { PaintRandom } from './random.ts';
import { seeded } from './random.ts';

/** A picture in linear light, before its conversion to 8 bits. */
export class PixelCanvas {
  readonly width: number;
  readonly height: number;
  readonly light: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.light = new Float32Array(width * height * 3);
  }

  /** Reads past the border repeat the border. */
  at(column: number, row: number): Rgb {
    const x = Math.min(this.width - 1, Math.max(0, Math.round(column)));
    const y = Math.min(this.height - 1, Math.max(0, Math.round(row)));
    const i = (y * this.width + x) * 3;
    return [this.light[i] ?? 0, this.light[i + 1] ?? 0, this.light[i + 2] ?? 0];
  }

  put(column: number, row: number, colour: Rgb): void {
    const i = (row * this.width + column) * 3;
    this.light[i] = colour[0];
    this.light[i + 1] = colour[1];
    this.light[i + 2] = colour[2];
  }

  paint(colourOf: (column: number, row: number) => Rgb): void {
    for (let row = 0; row < this.height; row += 1) {
      for (let column = 0; column < this.width; column += 1) {
        this.put(column, row, colourOf(column, row));
      }
    }
  }

  /** Halves the size by averaging. Painting at twice the size gives smooth edges. */
  halved(): PixelCanvas {
    const half = new PixelCanvas(this.width >> 1, this.height >> 1);
    const stride = this.width * 3;
    const light = this.light;
    half.light.forEach((_, i) => {
      const pixel = Math.floor(i / 3);
      const column = pixel % half.width;
      const from = ((pixel - column) / half.width) * 2 * stride + column * 6 + (i % 3);
      const upper = (light[from] ?? 0) + (light[from + 3] ?? 0);
      const lower = (light[from + stride] ?? 0) + (light[from + stride + 3] ?? 0);
      half.light[i] = (upper + lower) / 4;
    });
    return half;
  }
}

export interface Development {
  readonly exposure: number;
  /** How much darker the corners are, 0 to 1. */
  readonly vignette: number;
}

/** A film-like tone curve with a soft shoulder, so that highlights do not clip. */
const film = (x: number): number => {
  const v = Math.max(0, x);
  return (v * (2.51 * v + 0.03)) / (v * (2.43 * v + 0.59) + 0.14);
};

/** Converts the canvas to raw 8-bit RGB. Dithering avoids bands in skies. */
export const develop = (canvas: PixelCanvas, { exposure, vignette }: Development): Buffer => {
  const { width, height, light } = canvas;
  const random = seeded(width);
  const codes = Buffer.alloc(light.length);
  light.forEach((value, i) => {
    const pixel = Math.floor(i / 3);
    const x = (pixel % width) / width - 0.5;
    const y = Math.floor(pixel / width) / height - 0.5;
    const shade = 1 - vignette * Math.min(1, (x * x + y * y) * 2) ** 1.2;
    codes[i] = Math.floor(encodeColour(film(value * exposure * shade)) + random());
  });
  return codes;
};

const bellCurve = (random: PaintRandom): number => random() + random() + random() - 1.5;

/** Film grain on raw RGB: strongest in the mid-tones, clumped a little, nearly without colour. */
export const addGrain = (codes: Buffer, width: number, amount: number): void => {
  const random = seeded(codes.length);
  for (let i = 0; i < codes.length; i += 3) {
    const pixel = i / 3;
    const clump = noise((pixel % width) / 1.7, Math.floor(pixel / width) / 1.7, 77);
    const tone = (codes[i + 1] ?? 0) / 255;
    const grain = (bellCurve(random) + clump) * amount * (0.35 + 2.6 * tone * (1 - tone));
    for (let channel = i; channel < i + 3; channel += 1) {
      const value = (codes[channel] ?? 0) + grain + (random() - 0.5) * amount * 0.5;
      codes[channel] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
};
