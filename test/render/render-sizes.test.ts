import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import {
  draw,
  type Quarters,
  quartered,
  quartersOf,
  reachesPixels,
  refusalOf,
} from './rendering.ts';

const quarters: Quarters = ['red', 'green', 'blue', 'yellow'];
let still: Buffer;
beforeAll(async () => {
  still = await quartered(40, 24, quarters).png().toBuffer();
});

describe('extreme sizes', () => {
  it.each([
    { recipe: 'resize,w_8192,limit_0', width: 8_192, height: 4_096 },
    { recipe: 'resize,m_fill,w_800,h_400,limit_0', width: 800, height: 400 },
    { recipe: 'resize,m_pad,w_800,h_400,limit_0', width: 800, height: 400 },
    { recipe: 'resize,m_fixed,w_400,h_800,limit_0', width: 400, height: 800 },
    { recipe: 'resize,p_1000,limit_0', width: 20, height: 10 },
  ])('a source of 2×1 grows to $width×$height by $recipe', async ({ recipe, width, height }) => {
    const source = await quartered(2, 1, quarters).png().toBuffer();
    expect(await draw(source, `${recipe}__op__format,f_jpg`)).toMatchObject({ width, height });
  });

  it('a source of one pixel is rendered, and enlarged only if asked', async () => {
    const source = await quartered(1, 1, quarters).png().toBuffer();
    for (const type of ['jpg', 'png', 'webp', 'avif', 'gif'])
      expect(await draw(source, `resize,w_512__op__format,f_${type}`)).toMatchObject({
        width: 1,
        height: 1,
      });
    expect(await draw(source, 'resize,w_512,limit_0__op__format,f_png')).toMatchObject({
      width: 512,
      height: 512,
    });
  });

  it('an answer of more pixels than the limit is refused before it is drawn', async () => {
    const source = await quartered(1, 1, quarters).png().toBuffer();
    const refused = async () =>
      expect(await refusalOf(draw(source, 'resize,w_8192,limit_0'))).toEqual({
        code: 'source_too_large',
        aboutSource: true,
      });
    expect(await reachesPixels(refused)).toBe(false);
    expect(await reachesPixels(() => draw(source, 'resize,w_81,limit_0'))).toBe(true);
  });

  it.each([
    { recipe: 'resize,w_100', width: 100, height: 1 },
    { recipe: 'resize,h_1', width: 8_000, height: 1 },
    { recipe: 'resize,s_1', width: 8_000, height: 1 },
    { recipe: 'resize,p_1', width: 80, height: 1 },
    { recipe: 'resize,m_fill,w_100,h_100', width: 100, height: 1 },
    { recipe: 'resize,m_pad,w_100,h_100', width: 100, height: 100 },
    { recipe: 'resize,m_fixed,w_100', width: 100, height: 1 },
    { recipe: 'rotate,a_90', width: 1, height: 8_000 },
    { recipe: 'rotate,a_45', width: 5_658, height: 5_658 },
  ])('a line of 8,000×1 is $width×$height after $recipe', async ({ recipe, width, height }) => {
    const source = await quartered(8_000, 1, quarters).png().toBuffer();
    const made = await draw(source, `${recipe}__op__format,f_png`);
    expect(Math.abs(made.width - width)).toBeLessThanOrEqual(1);
    expect(Math.abs(made.height - height)).toBeLessThanOrEqual(1);
    expect(await sharp(made.bytes).metadata()).toMatchObject({
      width: made.width,
      height: made.height,
    });
  });

  it('a line that is too long for an encoder is refused, and a shorter one encoded', async () => {
    const line = await quartered(limits.outputSide + 1, 1, quarters)
      .png()
      .toBuffer();
    for (const type of ['webp', 'jpg', 'avif'])
      expect(await refusalOf(draw(line, `format,f_${type}`))).toEqual({
        code: 'source_too_large',
        aboutSource: true,
      });
    expect(await draw(line, 'resize,w_8192__op__format,f_webp')).toMatchObject({ width: 8_192 });
  });
});

describe('a crop that starts outside the source', () => {
  it.each([
    'crop,x_40',
    'crop,y_24',
    'crop,x_9999999,w_1',
    'crop,w_10,h_10,g_se,x_10',
    'crop,g_center,w_1,h_1,x_20',
  ])('%s is malformed, and cached like a refusal about the source', async (recipe) => {
    expect(await refusalOf(draw(still, recipe))).toEqual({ code: 'malformed', aboutSource: true });
  });

  it.each([
    { recipe: 'crop,x_39,y_23', width: 1, height: 1, shown: 'yellow' },
    { recipe: 'crop,x_30,w_100', width: 10, height: 24, shown: 'green' },
    { recipe: 'crop,w_10,h_10,g_se', width: 10, height: 10, shown: 'yellow' },
    { recipe: 'crop,w_10,h_10,g_sw', width: 10, height: 10, shown: 'blue' },
  ])('one that reaches over its edge is cut off: $recipe', async (row) => {
    const made = await draw(still, `${row.recipe}__op__format,f_png`);
    expect(made).toMatchObject({ width: row.width, height: row.height });
    expect((await quartersOf(made.bytes))[0]).toBe(row.shown);
  });
});
