import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { operationNames, rowOf } from '../../shared/operations/table.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { Refusal } from '../../shared/refusal.ts';
import { countCases, isProof, spread } from '../proof/cases.ts';
import { outcome } from '../shared/request/outcome.ts';
import { flatPng } from './encoders.ts';
import { largestRecipes } from './largest-recipes.ts';
import { draw } from './rendering.ts';

/*
 * The most that a recipe can ask of a picture. It is drawn, or refused for the size that it would have. A small
 * picture never needs more CPU time than a render has. The largest picture may on a slow machine, and is then refused
 * for its time.
 */

/** The time limit of a render is wall-clock time, which a busy machine uses up. So small pictures have more of it. */
const clock = vi.hoisted(() => ({ renderSeconds: 1_000 }));
vi.mock('../../shared/limits.ts', async (original) => {
  const { limits: real } = await original<typeof import('../../shared/limits.ts')>();
  return {
    limits: {
      ...real,
      get renderSeconds() {
        return clock.renderSeconds;
      },
    },
  };
});
const renderSeconds = 12;

/** Each operation at the values with the most work. Others use the largest value of each parameter. */
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
const recipes = rows.flatMap((name) => extremes[name] ?? largestRecipes(name));

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

const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000_000;
};

async function comesTo(source: string, recipe: string, reason = forItsSize): Promise<void> {
  const bytes = sources.get(source) ?? Buffer.alloc(0);
  const text = recipe.startsWith('format') ? recipe : `${recipe}__op__format,f_jpg`;
  const began = process.cpuUsage();
  try {
    const { width, height } = await draw(bytes, text);
    expect(width * height).toBeLessThanOrEqual(limits.outputPixels);
    expect(Math.max(width, height)).toBeLessThanOrEqual(limits.outputSide);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    expect(['malformed', 'source_too_large']).toContain(thrown.code);
    expect(thrown.detail.reason).toMatch(reason);
  }
  if (source !== 'the largest picture') expect(cpuSeconds(began)).toBeLessThan(renderSeconds);
  countCases();
}

const small = ['a pixel', 'a line across', 'a line down'];
const onSmall = recipes.flatMap((recipe) => small.map((source) => ({ source, recipe })));
/** What enlarges a pixel first, so that the second operation has all the work that there can be. */
const enlarged = isProof ? 'resize,m_fixed,w_2048,limit_0' : 'resize,m_fixed,w_512,limit_0';

describe('at its largest', () => {
  it('every name is one of an operation that draws', () => {
    expect(rows).toEqual(expect.arrayContaining(Object.keys(extremes)));
  });

  it.each(operationNames)('%s has recipes even if none are listed', (name) => {
    for (const recipe of largestRecipes(name))
      expect(outcome(() => parseOperations(recipe))).toBe('accepted');
  });

  it('the limit of the time of a render is the one that these tests assume', async () => {
    const { limits: real } =
      await vi.importActual<typeof import('../../shared/limits.ts')>('../../shared/limits.ts');
    expect(real.renderSeconds).toBe(renderSeconds);
  });

  it.each(spread(onSmall, 7))('$recipe on $source is drawn or refused for its size', (one) =>
    comesTo(one.source, one.recipe),
  );

  it.each(spread(['rotate,a_45', 'sharpen,s_399', 'blur,s_50', 'watermark,i_m,p_100'], 4))(
    '%s on the largest picture is drawn or refused for its size or its time',
    async (recipe) => {
      clock.renderSeconds = renderSeconds;
      try {
        await comesTo('the largest picture', recipe, forItsSizeOrTime);
      } finally {
        clock.renderSeconds = 1_000;
      }
    },
  );

  it.each(
    rows
      .slice(rows.indexOf('resize') + 1)
      .filter((name) => name !== 'format')
      .map((name) => extremes[name]?.[0] ?? ''),
  )('%s on an enlarged pixel is drawn', (recipe) =>
    comesTo('a pixel', `${enlarged}__op__${recipe}`),
  );

  it('many operations on an enlarged pixel are drawn or refused', async () => {
    const many = ['blur,s_50', 'sharpen,s_399', 'rounded-corners,r_4096', 'saturate,s_100'];
    await comesTo('a pixel', [enlarged, ...many].join('__op__'));
  });
});
