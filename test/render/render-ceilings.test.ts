import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { encoders } from '../../shared/operations/encoders.ts';
import type { ImageType } from '../../shared/operations/image-type.ts';
import { flatPng } from './encoders.ts';
import { animated, draw, type Quarters, quartered, reachesPixels, refusalOf } from './rendering.ts';

const quarters: Quarters = ['red', 'green', 'blue', 'yellow'];
const others: Quarters = ['blue', 'yellow', 'red', 'green'];
let still: Buffer;
let moving: Buffer;

beforeAll(async () => {
  still = await quartered(40, 30, quarters).png().toBuffer();
  moving = await animated(40, 30, [quarters, others, quarters, others])
    .webp({ lossless: true, delay: [100, 200, 300, 400] })
    .toBuffer();
});

const tooLarge = { code: 'source_too_large', aboutSource: true };

/** A height whose picture of 4:3 has just more pixels than a type allows. */
const heightAbove = (type: ImageType): number =>
  Math.ceil(Math.sqrt((encoders[type].maxPixels * 3) / 4)) + 1;

describe('an answer above the ceiling of its type', () => {
  it.each(['jpg', 'png', 'webp', 'avif', 'gif'] as const)(
    'in %s is refused before a pixel is decoded',
    async (type) => {
      const recipe = `resize,h_${heightAbove(type)},limit_0__op__format,f_${type}`;
      const refused = async () => expect(await refusalOf(draw(still, recipe))).toEqual(tooLarge);
      expect(await reachesPixels(refused)).toBe(false);
    },
  );

  it('is refused for a picture between two steps, too', async () => {
    const recipe = 'resize,m_fill,w_8000,h_4000,limit_0__op__format,f_gif';
    expect(
      await reachesPixels(async () =>
        expect(await refusalOf(draw(still, recipe))).toEqual(tooLarge),
      ),
    ).toBe(false);
  });
});

describe('an answer with a side that no encoder can write', () => {
  it('is refused before a pixel is decoded', async () => {
    const source = flatPng({ width: 1, height: 20_000, bitDepth: 8, colorType: 0 });
    const refused = async () =>
      expect(await refusalOf(draw(source, 'format,f_png'))).toEqual(tooLarge);
    expect(await reachesPixels(refused)).toBe(false);
    expect(await draw(source, 'crop,h_100__op__format,f_png')).toMatchObject({ height: 100 });
  });
});

describe('an animation above the ceiling of its type', () => {
  it.each([
    { format: 'gif', height: 1_350, frames: 4 },
    { format: 'gif', height: 1_800, frames: 2 },
    { format: 'webp', height: 2_900, frames: 2 },
    { format: 'avif', height: 2_900, frames: 2 },
  ])(
    'of $format, $height pixels high, keeps $frames frames',
    async ({ format, height, frames }) => {
      const recipe = `resize,h_${height},limit_0__op__quality,q_30__op__format,f_${format}`;
      const made = await draw(moving, recipe);
      expect(made).toMatchObject({ frames, height });
      const { pages, delay } = await sharp(made.bytes).metadata();
      expect(pages).toBe(frames);
      expect(delay).toEqual([100, 200, 300, 400].slice(0, frames));
    },
  );
});

describe('a recipe that could not be drawn in time', () => {
  const turned = 'rotate,a_45__op__resize,m_fixed,w_8192,h_4096__op__sharpen,s_399';

  it('is refused before a pixel is decoded', async () => {
    const source = await sharp({
      create: { width: 7_000, height: 7_000, channels: 3, background: '#204060' },
    })
      .png()
      .toBuffer();
    const refused = async () =>
      expect(await refusalOf(draw(source, `${turned}__op__format,f_avif`))).toEqual(tooLarge);
    expect(await reachesPixels(refused)).toBe(false);
  });

  it('is drawn for a smaller picture', async () => {
    expect(
      await draw(still, `${turned.replace('8192,h_4096', '80,h_40')}__op__format,f_avif`),
    ).toMatchObject({
      type: 'avif',
    });
  });
});

describe('an answer in JSON', () => {
  it.each(['info', 'average-hue', 'placeholder,k_thumbhash'])(
    'of %s has no ceiling but that of the source',
    async (recipe) => {
      const [width, height] = [4_000, 3_000];
      const source = await sharp({ create: { width, height, channels: 3, background: '#204060' } })
        .gif()
        .toBuffer();
      expect(await draw(source, recipe)).toMatchObject({ type: 'json', width, height });
      expect(await refusalOf(draw(source, 'format,f_gif'))).toEqual(tooLarge);
    },
  );
});
