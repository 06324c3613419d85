import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { render } from '../../render/render.ts';
// reference-colours.py makes these numbers by the formulas of the specifications.
import reference from '../shared/inspect/png/reference-colours.json' with { type: 'json' };
import { pngChunk, pngSignature } from './encoders.ts';
import { adobeProfile, greyProfile, jpegWith, linearGreyProfile, pngWith } from './icc-profiles.ts';
import { type Inks, inkJpeg } from './ink-jpeg.ts';
import { caps, draw, pixelsOf, recipeOf, sourceOf } from './rendering.ts';

type Samples = {
  readonly bits: 8 | 16;
  /** 0 grey, 2 RGB, 4 grey with alpha, 6 RGBA. */
  readonly type: 0 | 2 | 4 | 6;
  /** Those of one row. */
  readonly samples: readonly number[];
  /** Chunks before the pixels. */
  readonly before?: readonly Buffer[];
};

const channels = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;

/** A PNG of one row. */
function rowPng({ bits, type, samples, before = [] }: Samples): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(samples.length / channels[type], 0);
  header.writeUInt32BE(1, 4);
  header.set([bits, type], 8);
  const row = samples.flatMap((one) => (bits === 16 ? [one >> 8, one & 255] : [one]));
  const pixels = pngChunk('IDAT', deflateSync(Buffer.from([0, ...row])));
  const chunks = [pngChunk('IHDR', header), ...before, pixels, pngChunk('IEND')];
  return Buffer.concat([pngSignature, ...chunks]);
}

/** What a picture shows as RGBA. */
const shown = async (source: Buffer, recipe = 'format,f_png'): Promise<readonly number[]> => [
  ...(await pixelsOf((await draw(source, recipe)).bytes)).data,
];

const rgb = (rgba: readonly number[]): readonly number[] => rgba.filter((_, at) => at % 4 < 3);
const alphas = (rgba: readonly number[]): readonly number[] => rgba.filter((_, at) => at % 4 === 3);

const farthest = (drawn: readonly number[], wanted: readonly number[]): number => {
  expect(drawn.length).toBe(wanted.length);
  return Math.max(...drawn.map((one, at) => Math.abs(one - (wanted[at] ?? 0))));
};

describe('16 bits per channel in', () => {
  const { deepPixels, deepCases } = reference;

  it.each(deepCases)('$name become the sRGB of the specification', async ({ chunks, drawn }) => {
    const before = chunks.map(([type = '', hex = '']) => pngChunk(type, Buffer.from(hex, 'hex')));
    const wanted = drawn.flat();
    const source = rowPng({ bits: 16, type: 2, samples: deepPixels.flat(), before });
    expect(farthest(rgb(await shown(source)), wanted)).toBeLessThanOrEqual(1);
    const withAlpha = deepPixels.flatMap((pixel) => [...pixel, 0x8080]);
    const clear = await shown(rowPng({ bits: 16, type: 6, samples: withAlpha, before }));
    expect(farthest(rgb(clear), wanted)).toBeLessThanOrEqual(1);
    expect(new Set(alphas(clear))).toEqual(new Set([0x80]));
  });

  it('sRGB are rounded', async () => {
    const samples = deepPixels.flat();
    const wanted = samples.map((one) => Math.round(one / 257));
    expect(rgb(await shown(rowPng({ bits: 16, type: 2, samples })))).toEqual(wanted);
    expect(rgb(await shown(rowPng({ bits: 16, type: 0, samples })))).toEqual(
      wanted.flatMap((level) => [level, level, level]),
    );
  });

  it('Adobe RGB keep their profile when they stay sideways, and as a watermark', async () => {
    const [, adobe] = deepCases;
    const orientation = Buffer.from(
      '4d4d002a000000080001011200030000000100060000' + '00000000',
      'hex',
    );
    const before = [
      ...(adobe?.chunks ?? []).map(([type = '', hex = '']) =>
        pngChunk(type, Buffer.from(hex, 'hex')),
      ),
      pngChunk('eXIf', orientation),
    ];
    const wanted = adobe?.drawn.flat() ?? [];
    const source = rowPng({ bits: 16, type: 2, samples: deepPixels.flat(), before });
    const sideways = await shown(source, 'orient,o_0__op__format,f_png');
    expect(farthest(rgb(sideways), wanted)).toBeLessThanOrEqual(1);
    const size = { width: deepPixels.length, height: 1 } as const;
    const base = await sharp({ create: { ...size, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    const recipe = recipeOf('watermark,i_mark,g_center__op__format,f_png');
    const marked = await render(sourceOf(base), recipe, caps, source);
    const { data } = await pixelsOf(marked.bytes);
    expect(farthest(rgb([...data]), wanted)).toBeLessThanOrEqual(1);
  });
});

/** IEC 61966-2-1 */
const srgbLevel = (light: number): number =>
  Math.round(255 * (light <= 0.003_130_8 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));

describe('grey with a curve', () => {
  const curves = [
    { name: 'of linear light', icc: greyProfile(1), light: (x: number) => x },
    { name: 'of an exponent of 1.75', icc: greyProfile(1.75), light: (x: number) => x ** 1.75 },
  ];
  const levels = Array.from({ length: 256 }, (_, level) => level);
  const deep = Array.from({ length: 256 }, (_, index) => index * index);
  const triple = (samples: readonly number[]) => samples.flatMap((one) => [one, one, one]);

  describe.each(curves)('$name', ({ icc, light }) => {
    it('is exact in 8 and 16 bits', async () => {
      const eight = await shown(pngWith(rowPng({ bits: 8, type: 0, samples: levels }), icc));
      expect(rgb(eight)).toEqual(triple(levels.map((one) => srgbLevel(light(one / 255)))));
      const sixteen = await shown(pngWith(rowPng({ bits: 16, type: 0, samples: deep }), icc));
      expect(rgb(sixteen)).toEqual(triple(deep.map((one) => srgbLevel(light(one / 65_535)))));
    });

    it('is exact beside alpha, which has no curve', async () => {
      const samples = levels.flatMap((one) => [one, one]);
      const eight = await shown(pngWith(rowPng({ bits: 8, type: 4, samples }), icc));
      expect(alphas(eight)).toEqual(levels);
      const wanted = triple(levels.map((one) => srgbLevel(light(one / 255))));
      // What is fully transparent has no colour.
      expect(rgb(eight).slice(3)).toEqual(wanted.slice(3));
      const wide = levels.flatMap((one) => [one * 257, one * 257]);
      const sixteen = await shown(pngWith(rowPng({ bits: 16, type: 4, samples: wide }), icc));
      expect(alphas(sixteen)).toEqual(levels);
      expect(rgb(sixteen).slice(3)).toEqual(wanted.slice(3));
    });

    it('is applied to a JPEG', async () => {
      const flat = { width: 16, height: 16, channels: 3, background: '#0C0C0C' } as const;
      const grey = sharp({ create: flat }).toColourspace('b-w');
      const source = jpegWith(await grey.jpeg({ quality: 100 }).toBuffer(), icc);
      expect((await shown(source)).slice(0, 3)).toEqual(triple([srgbLevel(light(12 / 255))]));
    });
  });
});

describe('CMYK without a profile', () => {
  const ramp = [0, 1, 2, 60, 127, 128, 200, 254, 255];
  const inks: readonly Inks[] = [
    ...ramp.flatMap((one): readonly Inks[] => [
      [one, 0, 0, 0],
      [0, one, 0, 0],
      [0, 0, one, 0],
      [0, 0, 0, one],
      [255, 0, 0, one],
    ]),
    [255, 255, 0, 0],
    [0, 255, 255, 0],
    [30, 60, 90, 120],
    [200, 100, 50, 0],
    [238, 195, 0, 10],
    [255, 255, 255, 255],
  ];
  /** What an ink and black leave of the white, as Chromium shows it. */
  const leave = (ink: number, black: number): number =>
    Math.round(((255 - ink) * (255 - black)) / 255);
  const shownOf = ([c, m, y, k]: Inks): readonly number[] => [c, m, y].map((one) => leave(one, k));
  const first = async (source: Buffer, recipe?: string): Promise<readonly number[]> =>
    (await shown(source, recipe)).slice(0, 3);

  it.each(inks)('%i %i %i %i has the colours that browsers show', async (...ink) => {
    const wanted = shownOf(ink);
    expect(await first(inkJpeg(ink, 0))).toEqual(wanted);
    expect(await first(inkJpeg(ink))).toEqual(wanted);
    expect(await first(inkJpeg(ink, 0), 'resize,w_4__op__format,f_png')).toEqual(wanted);
    // YCbCr is rounded when it is written and when it is read.
    expect(farthest(await first(inkJpeg(ink, 2)), wanted)).toBeLessThanOrEqual(2);
  });

  it('counts as such if its profile is for other channels, or none', async () => {
    const ink: Inks = [255, 0, 0, 0];
    for (const icc of [adobeProfile, linearGreyProfile, Buffer.from('hello')])
      expect(await first(jpegWith(inkJpeg(ink, 0), icc))).toEqual(shownOf(ink));
  });
});

describe('a profile of an unknown rendering intent', () => {
  // libpng refuses the profiles of intents from 0xffff on. The third is in Adobe's Dot Gain 20 %.
  it.each([4, 0xffff, 0x0100_0000, 0xffff_ffff])('%i is applied all the same', async (intent) => {
    const flat = { width: 16, height: 16, channels: 3, background: '#804020' } as const;
    const plain = await sharp({ create: flat }).png().toBuffer();
    const changed = Buffer.from(adobeProfile);
    changed.writeUInt32BE(intent, 64);
    const known = await shown(pngWith(plain, adobeProfile));
    expect(await shown(pngWith(plain, changed))).toEqual(known);
    expect(known).not.toEqual(await shown(plain));
  });
});
