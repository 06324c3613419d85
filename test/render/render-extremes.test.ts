import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { operationNames, rowOf } from '../../shared/operations/table.ts';
import { Refusal } from '../../shared/refusal.ts';
import { flatPng } from './encoders.ts';
import { draw } from './rendering.ts';

/*
 * The most that a recipe can ask of a picture. Whatever it is, it is drawn, or refused for what it would
 * be: nothing small runs into the time of a render. The largest picture may on a slow machine, and is then
 * refused for that: it never ends in a failure, and never goes on.
 */

/** Each drawing row at its largest, where it does most work. */
const extremes: Readonly<Record<string, readonly string[]>> = {
  version: ['version,v_1'],
  orient: ['orient,o_0'],
  trim: ['trim,t_255', 'trim,t_1'],
  crop: ['crop,x_9999999', 'crop,w_8192,h_8192,g_se', 'crop,w_1,h_1,g_center'],
  indexcrop: ['indexcrop,x_1,i_65536', 'indexcrop,y_8192,i_1'],
  rotate: ['rotate,a_45', 'rotate,a_-9999999'],
  flip: ['flip,d_hv'],
  resize: [
    'resize,p_1000,limit_0',
    'resize,l_8192,limit_0',
    'resize,s_8192,limit_0',
    'resize,m_mfit,w_8192,h_4096,limit_0',
    'resize,m_fill,w_8192,h_4096,limit_0,g_smart',
    'resize,m_fill,w_4096,h_8192,limit_0,g_entropy',
    'resize,m_pad,w_8192,h_4096,limit_0,color_00000001',
    'resize,m_fixed,w_8192,h_1,limit_0',
  ],
  bright: ['bright,b_100'],
  contrast: ['contrast,c_100'],
  saturate: ['saturate,s_100'],
  grayscale: ['grayscale'],
  tint: ['tint,color_FF0000'],
  blur: ['blur,s_50'],
  sharpen: ['sharpen,s_399'],
  'rounded-corners': ['rounded-corners,r_4096'],
  circle: ['circle,r_4096'],
  background: ['background,color_00000000'],
  watermark: ['watermark,i_m,p_100', 'watermark,i_m,x_4096,y_4096,t_1'],
  quality: ['quality,q_1', 'quality,q_100', 'quality,max_1'],
  interlace: ['interlace,i_1'],
  format: ['format,f_webp'],
};
const rows = operationNames.filter((name) => rowOf(name).answer === undefined);
const recipes = rows.flatMap((name) => extremes[name] ?? []);

/** 1 pixel enlarged, lines, and the largest square that an answer can be. */
const sources = new Map<string, Buffer>();
beforeAll(async () => {
  const pixel = { create: { width: 1, height: 1, channels: 4 as const, background: '#80402080' } };
  sources.set('a pixel', await sharp(pixel).png().toBuffer());
  const line = { bitDepth: 8, colorType: 6 } as const;
  sources.set('a line across', flatPng({ ...line, width: 16_000, height: 1 }));
  sources.set('a line down', flatPng({ ...line, width: 1, height: 16_000 }));
  sources.set('the largest picture', flatPng({ ...line, width: 8_000, height: 4_194 }));
});

const forItsSize = /^crop starts at|×\d+ pixels/;
const forItsSizeOrTime = /^crop starts at|×\d+ pixels|^rendering took more than/;

async function comesTo(source: string, recipe: string, reason = forItsSize): Promise<void> {
  const bytes = sources.get(source) ?? Buffer.alloc(0);
  const text = recipe.startsWith('format') ? recipe : `${recipe}__op__format,f_jpg`;
  try {
    const { width, height } = await draw(bytes, text);
    expect(width * height).toBeLessThanOrEqual(limits.outputPixels);
    expect(Math.max(width, height)).toBeLessThanOrEqual(limits.outputSide);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    expect(['malformed', 'source_too_large']).toContain(thrown.code);
    expect(thrown.detail.reason).toMatch(reason);
  }
}

describe('at its largest', () => {
  it('every drawing operation is here', () => {
    expect(Object.keys(extremes)).toEqual(rows);
  });

  it.each(recipes)(
    '%s on a pixel and on lines is drawn or refused for its size',
    async (recipe) => {
      for (const source of ['a pixel', 'a line across', 'a line down'])
        await comesTo(source, recipe);
    },
  );

  it.each(['blur,s_50', 'sharpen,s_399', 'rotate,a_45', 'watermark,i_m,p_100'])(
    '%s on the largest picture is drawn or refused for its size or its time',
    async (recipe) => comesTo('the largest picture', recipe, forItsSizeOrTime),
  );

  /** What enlarges a pixel first, so that the second operation has all the work that there can be. */
  it.each(
    rows
      .slice(rows.indexOf('resize') + 1)
      .filter((name) => name !== 'format')
      .map((name) => extremes[name]?.[0] ?? ''),
  )('%s on an enlarged pixel is drawn', async (recipe) => {
    await comesTo('a pixel', `resize,m_fixed,w_2048,limit_0__op__${recipe}`);
  });

  it('many operations on an enlarged pixel are drawn or refused', async () => {
    const many = ['blur,s_50', 'sharpen,s_399', 'rounded-corners,r_4096', 'saturate,s_100'];
    await comesTo('a pixel', ['resize,m_fixed,w_2048,limit_0', ...many].join('__op__'));
  });
});
