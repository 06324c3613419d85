import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { draw } from './rendering.ts';

/*
 * Decoders can shrink while they decode, which is fast and coarse. Thumbnails are compared with a Lanczos filter over
 * all pixels, computed here.
 */

type Picture = { readonly data: Float64Array; readonly width: number; readonly height: number };
const lobes = 3;

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= lobes) return 0;
  const angle = Math.PI * x;
  return (lobes * Math.sin(angle) * Math.sin(angle / lobes)) / (angle * angle);
}

/** The first pixel and the weights for one pixel of the answer: https://en.wikipedia.org/wiki/Lanczos_resampling */
function weightsOf(at: number, factor: number, length: number) {
  const centre = (at + 0.5) * factor - 0.5;
  const from = Math.max(0, Math.ceil(centre - lobes * factor));
  const to = Math.min(length - 1, Math.floor(centre + lobes * factor));
  const raw = Array.from({ length: to - from + 1 }, (_, k) =>
    lanczos((from + k - centre) / factor),
  );
  const sum = raw.reduce((total, one) => total + one, 0);
  return { from, weights: raw.map((one) => one / sum) };
}

/** Scales the columns of RGB to rows, and swaps the two. Twice, it scales the picture. */
function scaleAndSwap({ data, width, height }: Picture, wanted: number): Picture {
  const scaled = new Float64Array(wanted * height * 3);
  for (let x = 0; x < wanted; x += 1) {
    const { from, weights } = weightsOf(x, width / wanted, width);
    for (let y = 0; y < height; y += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (const [k, weight] of weights.entries())
          sum += weight * (data[(y * width + from + k) * 3 + channel] ?? 0);
        scaled[(x * height + y) * 3 + channel] = sum;
      }
  }
  return { data: scaled, width: height, height: wanted };
}

async function readRgb(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: Float64Array.from(data), width: info.width, height: info.height };
}

async function scaleAll(bytes: Uint8Array, width: number, height: number): Promise<Picture> {
  return scaleAndSwap(scaleAndSwap(await readRgb(bytes), width), height);
}

const clamp = (value: number): number => Math.min(255, Math.max(0, value));

function meanError(one: Picture, other: Picture): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  const sum = one.data.reduce(
    (total, value, at) => total + Math.abs(clamp(value) - clamp(other.data[at] ?? 0)),
    0,
  );
  return sum / one.data.length;
}

/** Rings that get finer outwards, to two pixels: what a coarse filter turns into false ones. */
function drawRings(width: number, height: number) {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [(at % width) - width / 2, Math.floor(at / width) - height / 2];
    const value = 128 + 100 * Math.cos((Math.PI * (x * x + y * y)) / (2 * width));
    data.fill(value, at * 3, at * 3 + 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

let jpg: Buffer;
let webp: Buffer;
beforeAll(async () => {
  const rings = drawRings(960, 720);
  jpg = await rings.clone().jpeg({ quality: 95 }).toBuffer();
  webp = await rings.clone().webp({ quality: 95 }).toBuffer();
});

/** The most mean error, of 255. A decoder that shrinks to the size itself leaves 4.5 of a JPEG and 4.8 of a WebP. */
const mostError = 2;

describe('a thumbnail', () => {
  it.each([60, 100, 230])(
    '%i pixels wide shows what a filter over all pixels shows',
    async (width) => {
      for (const source of [jpg, webp]) {
        const made = await draw(source, `resize,w_${width}__op__format,f_png`);
        const expected = await scaleAll(source, width, made.height);
        expect(meanError(await readRgb(made.bytes), expected)).toBeLessThanOrEqual(mostError);
      }
    },
  );

  it('of a turned picture shows it, too', async () => {
    const made = await draw(jpg, 'rotate,a_90__op__resize,h_100__op__format,f_png');
    const upright = await sharp(made.bytes).rotate(270).png().toBuffer();
    const expected = await scaleAll(jpg, 100, 75);
    expect(meanError(await readRgb(upright), expected)).toBeLessThanOrEqual(mostError);
  });
});
