import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type OperationName, operationNames, rowOf } from '../../shared/operations/table.ts';
import { countCases, spread } from '../proof/cases.ts';
import { draw, pixelsOf, quartered } from './rendering.ts';

/*
 * sharp runs the calls of one chain in an order of its own, so two operations in one recipe could
 * draw something else than one after the other. Each pair is rendered both ways.
 */

/** Some of each: values that meet another stage of sharp, and odd sizes. */
const drawn: Readonly<Record<string, readonly string[]>> = {
  orient: ['orient,o_0'],
  trim: ['trim,t_20'],
  crop: ['crop,x_7,y_5,w_51,h_33', 'crop,w_40,h_40,g_se'],
  indexcrop: ['indexcrop,x_33,i_1'],
  rotate: ['rotate,a_90', 'rotate,a_180', 'rotate,a_270', 'rotate,a_30'],
  flip: ['flip,d_h', 'flip,d_v', 'flip,d_hv'],
  resize: [
    'resize,w_31',
    'resize,m_mfit,w_30,h_30',
    'resize,m_fill,w_30,h_20,g_nw',
    'resize,m_fill,w_30,h_20,g_smart',
    'resize,m_pad,w_60,h_60,color_FF000080',
    'resize,m_fixed,w_90,h_20,limit_0',
  ],
  bright: ['bright,b_-30'],
  contrast: ['contrast,c_40'],
  saturate: ['saturate,s_-60'],
  grayscale: ['grayscale'],
  tint: ['tint,color_C08040'],
  blur: ['blur,s_2'],
  sharpen: ['sharpen,s_150'],
  'rounded-corners': ['rounded-corners,r_9'],
  circle: ['circle,r_10'],
  background: ['background,color_336699'],
  watermark: ['watermark,i_mark,p_40,t_60', 'watermark,i_mark,g_nw,x_1,y_2'],
};

const names = operationNames.filter((name) => rowOf(name).step !== undefined);

/** The listed recipes of an operation, or its example. */
const samplesOf = (name: OperationName): readonly string[] => drawn[name] ?? [rowOf(name).example];

const allPairs = names.flatMap((first, at) =>
  names
    .slice(at + 1)
    .flatMap((second) =>
      samplesOf(first).flatMap((one) => samplesOf(second).map((two) => ({ one, two }))),
    ),
);

const pairs = spread(allPairs, 5);

/** Slopes with stripes across them: every pixel differs from its neighbours. */
function woven(): Promise<Buffer> {
  const data = Buffer.alloc(64 * 48 * 3);
  for (let at = 0; at < data.length; at += 3) {
    const [x, y] = [(at / 3) % 64, Math.floor(at / 3 / 64)];
    data.set([x * 4, y * 5, (x + y) % 7 < 3 ? 200 : 40], at);
  }
  return sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
    .png()
    .toBuffer();
}

let opaque: Buffer;
let holed: Buffer;
beforeAll(async () => {
  opaque = await woven();
  holed = await quartered(64, 48, ['clear', 'green', 'blue', 'clear']).png().toBuffer();
});

async function together(source: Buffer, recipe: string) {
  return pixelsOf((await draw(source, `${recipe}__op__format,f_png`)).bytes);
}

async function oneByOne(source: Buffer, one: string, two: string) {
  const first = await draw(source, `${one}__op__format,f_png`);
  const second = await draw(first.bytes, `${two}__op__format,f_png`);
  return pixelsOf(second.bytes);
}

/** The largest difference of alpha and of colours weighted by alpha. */
function largestDifference(left: Buffer, right: Buffer): number {
  let largest = 0;
  for (let at = 0; at < left.length; at += 4) {
    const [a = 0, b = 0] = [left[at + 3], right[at + 3]];
    largest = Math.max(largest, Math.abs(a - b));
    for (const channel of [0, 1, 2]) {
      const seen = ((left[at + channel] ?? 0) * a - (right[at + channel] ?? 0) * b) / 255;
      largest = Math.max(largest, Math.abs(seen));
    }
  }
  return largest;
}

/**
 * Pixels in between are rounded to bytes once more or once less; sharpening multiplies that. libvips scales in one
 * direction, rounds and cuts off what is too bright or too dark, and scales in the other. A quarter turn that is drawn
 * after the scaling swaps the two.
 */
function tolerance(last: string, first = ''): number {
  if (last.startsWith('sharpen')) return 8;
  return /^rotate,a_(?:90|270)$/.test(first) && last.startsWith('resize') ? 5 : 2;
}

describe('two operations in one recipe', () => {
  it('every name is one of an operation that draws', () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(drawn)));
  });

  it('meet every operation', () => {
    const met = pairs.flatMap(({ one, two }) => [one, two]).map((text) => text.split(',')[0]);
    expect(new Set(met)).toEqual(new Set(names));
  });

  it.each(pairs)('$one then $two gives the same as two renders', async ({ one, two }) => {
    for (const source of [opaque, holed]) {
      // Written the other way round: the table alone decides the order.
      const both = await together(source, `${two}__op__${one}`);
      const apart = await oneByOne(source, one, two);
      expect([both.width, both.height]).toEqual([apart.width, apart.height]);
      expect(largestDifference(both.data, apart.data)).toBeLessThanOrEqual(tolerance(two, one));
      countCases();
    }
  });

  /** As many as one recipe can hold, from the first and up to the last. */
  const windows = [names.slice(0, 15), names.slice(-15)].map((some) => ({ some }));

  it.each(windows)('many at once give the same as one after the other: $some', async ({ some }) => {
    const recipes = some.map((name) => samplesOf(name)[0] ?? '');
    const both = await together(opaque, recipes.toReversed().join('__op__'));
    let bytes: Uint8Array = opaque;
    for (const recipe of recipes) bytes = (await draw(bytes, `${recipe}__op__format,f_png`)).bytes;
    const apart = await pixelsOf(bytes);
    expect([both.width, both.height]).toEqual([apart.width, apart.height]);
    // Every one of them may round once more.
    expect(largestDifference(both.data, apart.data)).toBeLessThanOrEqual(tolerance('sharpen') * 2);
  });
});
