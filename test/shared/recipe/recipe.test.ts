import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { operationNames, rowOf } from '../../../shared/operations/table.ts';
import {
  canonicalRecipe,
  defaultValues,
  valuesOf,
  withoutFree,
} from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { separator } from '../../../shared/url/path.ts';
import { outcome, refusalOf, runs } from '../request/outcome.ts';
import {
  canonicalText,
  drawnRecipes,
  operationArbitrary,
  recipeOf,
  reordered,
  spelledOut,
  writtenRecipes,
  writtenText,
} from './recipes.ts';

const src = 'format,f_src';

/** What is written, and what stands in the key. */
const spellings: readonly (readonly [written: string, canonical: string])[] = [
  ['resize,w_400', `resize,w_400__op__${src}`],
  ['resize,h_300,w_400', `resize,w_400,h_300__op__${src}`],
  ['resize,m_lfit,w_400,limit_1,g_center', `resize,w_400__op__${src}`],
  ['format,f_webp__op__resize,w_400', 'resize,w_400__op__format,f_webp'],
  ['resize,w_400__op__format,f_auto', 'resize,w_400__op__format,f_auto'],
  ['format', src],
  ['format,f_src', src],
  ['version,v_3f2a', `version,v_3f2a__op__${src}`],
  ['format,f_jpg__op__version,v_-1', 'version,v_-1__op__format,f_jpg'],
  ['version,v_1__op__info', 'version,v_1__op__info'],
  ['download', `download__op__${src}`],
  ['download,n_cat', `download,n_cat__op__${src}`],
  ['format,f_jpg__op__download,n_Summer-2026', 'download,n_Summer-2026__op__format,f_jpg'],
  [
    'frames,n_1__op__download__op__version,v_2__op__format,f_auto',
    'version,v_2__op__download__op__frames,n_1__op__format,f_auto',
  ],
  ['frames,n_1', `frames,n_1__op__${src}`],
  [
    'orient,o_0__op__frames,n_1__op__version,v_2',
    `version,v_2__op__frames,n_1__op__orient,o_0__op__${src}`,
  ],
  ['frames,n_1__op__format,f_auto', 'frames,n_1__op__format,f_auto'],
  ['frames,n_1__op__format,f_webp', 'frames,n_1__op__format,f_webp'],
  ['frames,n_1__op__format,f_avif', 'frames,n_1__op__format,f_avif'],
  ['frames,n_1__op__format,f_gif', 'frames,n_1__op__format,f_gif'],
  ['frames,n_1__op__format,f_jpg', 'format,f_jpg'],
  ['frames,n_1__op__format,f_png', 'format,f_png'],
  ['orient', src],
  ['orient,o_1', src],
  ['auto-orient,o_0', `orient,o_0__op__${src}`],
  ['crop', src],
  ['crop,x_0,y_0', src],
  ['crop,g_se', src],
  ['crop,w_600,h_400,g_center', `crop,w_600,h_400,g_center__op__${src}`],
  ['crop,w_600,h_400,g_nw', `crop,w_600,h_400__op__${src}`],
  ['crop,w_600,g_sw', `crop,w_600__op__${src}`],
  ['crop,w_600,g_south', `crop,w_600,g_north__op__${src}`],
  ['crop,h_400,g_center', `crop,h_400,g_west__op__${src}`],
  ['crop,h_400,g_ne', `crop,h_400__op__${src}`],
  ['rotate', src],
  ['rotate,a_360', src],
  ['rotate,a_-360', src],
  ['rotate,a_90', `rotate,a_90__op__${src}`],
  ['rotate,a_450', `rotate,a_90__op__${src}`],
  ['rotate,a_-270', `rotate,a_90__op__${src}`],
  ['rotate,a_-1', `rotate,a_359__op__${src}`],
  ['rotate,a_9999999', `rotate,a_279__op__${src}`],
  ['rotate,a_-9999999', `rotate,a_81__op__${src}`],
  ['flip,d_hv', `flip,d_hv__op__${src}`],
  ['blur,r_50,s_8', `blur,s_8__op__${src}`],
  ['blur,s_8', `blur,s_8__op__${src}`],
  ['sharpen,s_100', `sharpen,s_100__op__${src}`],
  ['quality,q_80', src],
  ['quality,Q_80', src],
  ['quality,Q_60', `quality,q_60__op__${src}`],
  ['quality,q_60__op__format,f_jpg', 'quality,q_60__op__format,f_jpg'],
  ['quality,q_60__op__format,f_auto', 'quality,q_60__op__format,f_auto'],
  ['quality,q_60__op__format,f_png', 'format,f_png'],
  ['quality,q_60__op__format,f_gif', 'format,f_gif'],
];

/** The same of `resize` alone. */
const resizes: readonly (readonly [written: string, canonical: string])[] = [
  ['w_100,h_200', 'w_100,h_200'],
  ['l_100', 'l_100'],
  ['m_mfit,s_100', 's_100'],
  ['w_100,limit_0', 'w_100,limit_0'],
  ['m_mfit,w_100', 'w_100'],
  ['m_mfit,h_100', 'h_100'],
  ['m_mfit,w_100,h_200', 'm_mfit,w_100,h_200'],
  ['m_fixed,w_100', 'm_fixed,w_100,h_100'],
  ['m_fixed,h_100', 'm_fixed,w_100,h_100'],
  ['m_fixed,w_100,h_50', 'm_fixed,w_100,h_50'],
  ['m_fill,w_9,h_9,fx_0,fy_0', 'm_fill,w_9,h_9,g_nw'],
  ['m_fill,w_9,h_9,fx_50,fy_0', 'm_fill,w_9,h_9,g_north'],
  ['m_fill,w_9,h_9,fx_100,fy_0', 'm_fill,w_9,h_9,g_ne'],
  ['m_fill,w_9,h_9,fx_0,fy_50', 'm_fill,w_9,h_9,g_west'],
  ['m_fill,w_9,h_9,fx_50,fy_50', 'm_fill,w_9,h_9'],
  ['m_fill,w_9,h_9,fx_100,fy_50', 'm_fill,w_9,h_9,g_east'],
  ['m_fill,w_9,h_9,fx_0,fy_100', 'm_fill,w_9,h_9,g_sw'],
  ['m_fill,w_9,h_9,fx_50,fy_100', 'm_fill,w_9,h_9,g_south'],
  ['m_fill,w_9,h_9,fx_100,fy_100', 'm_fill,w_9,h_9,g_se'],
  ['m_fill,w_9,h_9,fx_100', 'm_fill,w_9,h_9,g_east'],
  ['m_fill,w_9,h_9,fy_100', 'm_fill,w_9,h_9,g_south'],
  ['m_fill,w_9,h_9,fx_33', 'm_fill,w_9,h_9,fx_33,fy_50'],
  ['m_fill,w_9,h_9,fy_33', 'm_fill,w_9,h_9,fx_50,fy_33'],
  ['m_fill,w_9,h_9,g_smart', 'm_fill,w_9,h_9,g_smart'],
  ['m_lfit,w_9,g_se', 'w_9'],
  ['m_pad,w_9,h_9,fx_3,fy_4', 'm_pad,w_9,h_9'],
  ['m_pad,w_9,h_9,color_ffffff', 'm_pad,w_9,h_9'],
  ['m_pad,w_9,h_9,color_FFFFFFff', 'm_pad,w_9,h_9'],
  ['m_pad,w_9,h_9,color_aabbcc', 'm_pad,w_9,h_9,color_AABBCC'],
  ['m_pad,w_9,h_9,color_aabbccFF', 'm_pad,w_9,h_9,color_AABBCC'],
  ['m_pad,w_9,h_9,color_aabbcc00', 'm_pad,w_9,h_9,color_AABBCC00'],
  ['w_9,color_aabbcc', 'w_9'],
  ['m_fill,w_9,h_9,color_aabbcc', 'm_fill,w_9,h_9'],
  ['p_50', 'p_50'],
  ['p_50,limit_0', 'p_50'],
  ['p_50,limit_1', 'p_50'],
  ['m_mfit,p_50', 'p_50'],
  ['p_200,limit_0', 'p_200,limit_0'],
];

describe('a recipe has one canonical text', () => {
  it.each(spellings)('%s is kept as %s', (written, canonical) => {
    expect(canonicalText(written)).toBe(canonical);
    expect(canonicalText(canonical)).toBe(canonical);
  });

  it.each(resizes)('resize,%s is kept as resize,%s', (written, canonical) => {
    expect(canonicalText(`resize,${written}`)).toBe(`resize,${canonical}__op__${src}`);
    expect(canonicalText(`resize,${canonical}`)).toBe(`resize,${canonical}__op__${src}`);
  });

  it.each(['p_100', 'p_100,limit_0', 'p_100,limit_1', 'p_200', 'p_1000,limit_1'])(
    'resize,%s has no effect and is dropped',
    (written) => expect(canonicalText(`resize,${written}`)).toBe(src),
  );

  it('is the source in its own format if there are no operations', () => {
    expect(canonicalRecipe([]).text).toBe(src);
  });

  it('is the same after printing and parsing, for any recipe of the table', () => {
    const identity = fc.property(writtenRecipes, (operations) => {
      const recipe = recipeOf(writtenText(operations));
      const printed = recipe.text;
      expect(recipeOf(printed)).toEqual(recipe);
      expect(canonicalText(printed)).toBe(printed);
    });
    fc.assert(identity, runs(3_000));
  });

  it('does not depend on order or on written-out defaults', () => {
    const pairs = writtenRecipes.chain((one) => fc.tuple(fc.constant(one), reordered(one)));
    const same = fc.property(pairs, ([one, other]) => {
      const key = canonicalText(writtenText(one));
      expect(canonicalText(writtenText(other))).toBe(key);
      expect(canonicalText(writtenText(spelledOut(one)))).toBe(key);
    });
    fc.assert(same, runs(1_000));
  });

  it.each(operationNames)('%s keeps its example through a key', (name) => {
    const canonical = canonicalText(rowOf(name).example);
    expect(canonical).toContain(name);
    expect(canonicalText(canonical)).toBe(canonical);
  });
});

/** Spellings of a number that some parser would read as `n`, and some that none would. */
const oddNumbers: readonly ((n: number) => string)[] = [
  (n) => `0${n}`,
  (n) => `00${n}`,
  (n) => `0000000${n}`,
  (n) => `+${n}`,
  (n) => `--${n}`,
  (n) => `-+${n}`,
  (n) => `-0${n}`,
  (n) => `${n}.`,
  (n) => `.${n}`,
  (n) => `${n}.0`,
  (n) => `${n}.00`,
  (n) => `${n}.5`,
  (n) => `${n}e0`,
  (n) => `${n}E0`,
  (n) => `${n}e1`,
  (n) => `0x${n.toString(16)}`,
  (n) => `0X${n.toString(16)}`,
  (n) => `0b${n.toString(2)}`,
  (n) => `0o${n.toString(8)}`,
  (n) => `${n}n`,
  (n) => `${n}px`,
  (n) => `${n}%`,
  (n) => `${n}_`,
  (n) => `_${n}`,
  (n) => `${n}_0`,
  (n) => `${n};`,
  (n) => `${n}-`,
  (n) => `${n}--`,
  (n) => ` ${n}`,
  (n) => `${n} `,
  (n) => `\t${n}`,
  (n) => `${n}\t`,
  (n) => `${n}\n`,
  (n) => `\n${n}`,
  (n) => `${n}\r`,
  (n) => `${n}\r\n`,
  (n) => `${n}\n${n}`,
  (n) => `${n}\0`,
  (n) => `\u00a0${n}`,
  (n) => `${n}\u2003`,
  (n) => `\u200b${n}`,
  (n) => `\ufeff${n}`,
  (n) => `${n}\u0301`,
  (n) => `${n}\u2028`,
  (n) => `"${n}"`,
  (n) => `'${n}'`,
  (n) => `(${n})`,
  (n) => `[${n}]`,
  (n) => `${n}/1`,
  (n) => `${n}*1`,
  // The same digits in other scripts: full-width, Arabic, Persian, Devanagari, Thai, bold.
  ...[0xff10, 0x0660, 0x06f0, 0x0966, 0x0e50, 0x1d7ce].map(
    (zero) => (n: number) =>
      [...String(n)].map((digit) => String.fromCodePoint(zero + Number(digit))).join(''),
  ),
  ...[
    ...['', '-', '-0', '00', '-00', '0-', '1-1', '1,0', "1'0", '1 0', '1e3', '1e-3', '1E400'],
    ...['NaN', 'nan', 'Infinity', '-Infinity', 'inf', 'null', 'undefined', 'true', 'w', '²', '½'],
    ...['\u22121', '12345678', '-12345678', '4294967297', '9007199254740993', '1'.repeat(400)],
  ].map((written) => (): string => written),
];

const numeric = operationNames.flatMap((name) =>
  Object.entries(rowOf(name).parameters).flatMap(([own, { control }]) =>
    control.control === 'number' ? [{ name, own, ...control }] : [],
  ),
);

describe('an odd number', () => {
  it('has at least sixty forms here, tried on every numeric parameter', () => {
    expect(oddNumbers.length).toBeGreaterThanOrEqual(60);
    expect(numeric.length).toBeGreaterThan(12);
  });

  it.each(numeric)('is malformed in $name,$own', ({ name, own, min, max }) => {
    const legal = Math.min(Math.max(min, 40), max);
    const rows = oddNumbers.map((odd) => {
      const refused = refusalOf(() => parseOperations(`${name},${own}_${odd(legal)}`));
      // The value itself is what is wrong, not what it is combined with.
      const aboutValue =
        /expects (?:a|the) whole number|is not written as|a value has letters/.test(
          refused?.message ?? '',
        );
      return { written: odd(legal), code: refused?.code, aboutValue };
    });
    const expected = rows.map(({ written }) => ({ written, code: 'malformed', aboutValue: true }));
    expect(rows).toEqual(expected);
  });

  it.each(numeric)('beyond $min and $max is malformed in $name,$own', ({ name, own, min, max }) => {
    const row = rowOf(name).parameters[own];
    expect([min, max].map((bound) => row?.read(String(bound)))).toEqual([min, max]);
    expect([min - 1, max + 1].map((bound) => row?.read(String(bound)))).toEqual([
      undefined,
      undefined,
    ]);
  });
});

const unknown: readonly string[] = [
  ...['', ' ', ',', '_', '-', 'nope', 'Resize,w_1', 'RESIZE,w_1', 'resize ,w_1', ' resize,w_1'],
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'],
  ...[
    'watermarks,i_a',
    'trimmed',
    'infos',
    'autoorient',
    'auto_orient',
    'reſize,w_1',
    'resize;w_1',
  ],
  ...['ＲＥＳＩＺＥ,w_1', 'resize/w_1', 'image/resize,w_1', 'resize?w_1', 'resize\n,w_1', '0'],
];

const badParameters: readonly string[] = [
  ...['resize,w', 'resize,w_', 'resize,_400', 'resize,=400', 'resize,w=400', 'resize,w-400'],
  ...['resize,W_400', 'resize,ｗ_400', 'resize,constructor_1', 'resize,__proto___1'],
  ...['resize,toString_1', 'resize,w_400,', 'resize,,w_400', 'resize,w_400,w_400'],
  ...['resize,w_400,w_800', 'resize,w_400,h_1,w_400', 'resize,w[]_400', 'resize,w 1_400'],
  ...['quality,q_60,Q_60', 'quality,Q_1,Q_1', 'quality,q_0', 'quality,q_101', 'quality,60'],
  ...['format,f_jpeg', 'format,f_JPG', 'format,f_heic', 'format,f_svg', 'format,webp'],
  ...['format,f_', 'flip,d_x', 'flip,d_vh', 'flip', 'blur', 'blur,r_5', 'sharpen', 'version'],
  ...['version,v_', 'version,v_a_b', `version,v_${'a'.repeat(33)}`, 'version,v_a.b', 'version,v_ä'],
  ...['version,v_--a', 'orient,o_2', 'orient,o_-1', 'crop,x_-1', 'crop,g_middle', 'crop,g_smart'],
  ...[
    'frames',
    'frames,n_0',
    'frames,n_2',
    'frames,n_-1',
    'frames,n_01',
    'frames,n_200',
    'frames,1',
  ],
  ...[
    'download,n_',
    'download,n',
    'download,n_a_b',
    'download,n_a.b',
    'download,n_..',
    'download,n_a b',
  ],
  ...['download,n_a"', 'download,n_a;b', 'download,n_a/b', 'download,n_a\\b', 'download,n_ä'],
  ...['download,n_a\r\nx-evil: 1', 'download,n_a\n', 'download,n_a\0', 'download,n_a%0d%0a'],
  ...['download,n_\u202egpj', 'download,n_ａ', 'download,n_~', 'download,n_--a', 'download,n_-'],
  ...[`download,n_${'a'.repeat(33)}`, 'download,n_a,n_b', 'download,f_a', 'download,cat'],
  ...['resize,m_pad,w_9,h_9,color_fff', 'resize,m_pad,w_9,h_9,color_ggffff'],
  ...['resize,m_pad,w_9,h_9,color_1234567', 'resize,m_pad,w_9,h_9,color_red'],
];

/** Values that are fine one by one and not together. */
const crossFields: readonly string[] = [
  ...['', 'm_lfit', 'limit_0', 'color_FFFFFF', 'w_9,l_9', 'h_9,l_9', 'w_9,s_9', 'w_9,p_50'],
  ...['l_9,s_9', 'l_9,p_50', 's_9,p_50', 'w_9,h_9,l_9,s_9,p_9', 'm_fill,w_9', 'm_fill,h_9'],
  ...['m_pad,w_9', 'm_pad,h_9', 'm_fill,l_9', 'm_pad,s_9', 'm_fill,p_50', 'm_fixed,l_9'],
  ...['m_fixed,s_9', 'm_fixed,p_50', 'w_8192,h_8192', 'w_8192,h_4097', 'm_fill,w_8192,h_8192'],
  ...['m_fixed,w_8192', 'm_fixed,h_8192', 'm_fixed,w_5793', 'm_fill,w_9,h_9,g_nw,fx_1'],
  ...['m_fill,w_9,h_9,g_smart,fy_1', 'm_fill,w_9,h_9,g_focus,fx_1,fy_1'],
];

describe('operations that the table does not declare are malformed', () => {
  it.each(unknown)('the name %j', (written) => {
    expect(outcome(() => parseOperations(written))).toBe('malformed');
    expect(outcome(() => parseOperations(`${written}${separator}format,f_jpg`))).toBe('malformed');
  });

  it.each(badParameters)('the parameters of %j', (written) => {
    expect(outcome(() => parseOperations(written))).toBe('malformed');
  });

  it.each(crossFields)('the values of resize,%s taken together', (values) => {
    const written = ['resize', values].filter((part) => part !== '').join(',');
    expect(outcome(() => parseOperations(written))).toBe('malformed');
  });

  it.each(['w_8192,h_4096', 'm_fixed,w_5792', 'm_fill,w_9,h_9,g_center,fx_1'])(
    'but resize,%s is allowed',
    (values) => expect(outcome(() => parseOperations(`resize,${values}`))).toBe('accepted'),
  );

  it.each([
    'resize,w_1__op__resize,w_1',
    'resize,w_1__op__format,f_jpg__op__resize,h_1',
    'orient,o_0__op__auto-orient,o_0',
    'format__op__format',
    'style,n_a__op__style,n_a',
    'style,n_a__op__style,n_b',
    'version,v_1__op__version,v_2',
    'download__op__download',
    'download__op__download,n_a',
  ])('%s, where an operation comes twice', (written) => {
    expect(outcome(() => parseOperations(written))).toBe('malformed');
  });

  it.each(['__op__', 'format,f_jpg__op__', '__op__format,f_jpg', 'crop__op____op__format'])(
    'an empty one in %j',
    (written) => expect(outcome(() => parseOperations(written))).toBe('malformed'),
  );

  it.each([
    ['frames', 'frames needs n'],
    ['frames,n_2', 'frames: n expects the whole number 1, not "2"'],
    ['frames,n_1__op__info', 'info cannot be combined with frames'],
    ['info__op__download', 'info cannot be combined with download, which is for images only'],
    [
      'download,n_a__op__version,v_1__op__placeholder,k_lqip',
      'placeholder cannot be combined with download, which is for images only',
    ],
    [
      'download__op__average-hue',
      'average-hue cannot be combined with download, which is for images only',
    ],
    ['download,n_a.b', 'download: n expects 1 to 32 letters, digits or hyphens, not "a.b"'],
  ])('%s, with the reason', (written, reason) => {
    expect(refusalOf(() => parseOperations(written))?.message).toBe(reason);
  });

  it('more of them than the limit, before any is parsed', () => {
    const many = (count: number): string => Array(count).fill('nope').join(separator);
    const reason = (count: number) => refusalOf(() => parseOperations(many(count)))?.message;
    expect(reason(limits.operations)).toContain('no operation');
    expect(reason(limits.operations + 1)).toContain('more than 16');
    expect(reason(100_000)).toContain('more than 16');
  });
});

describe('style', () => {
  it.each([
    ['style,n_thumb', 'thumb', []],
    ['style,n_Big.2-x__op__format,f_webp', 'Big.2-x', ['format']],
    ['format,f_auto__op__style,n_a__op__version,v_1', 'a', ['format', 'version']],
    ['style,n_a__op__download,n_b', 'a', ['download']],
  ])('%s names the preset %s', (written, preset, names) => {
    const read = parseOperations(written);
    expect([read.preset, read.steps.map(({ name }) => name)]).toEqual([preset, names]);
  });

  it.each([
    ...['style', 'style,', 'style,thumb', 'style,n_', 'style,n_a,n_a', 'style,n_a,x_1'],
    ...['style,N_a', 'style,n_a b', 'style,n_a/b', 'style,n_ä', 'styles,n_a', 'Style,n_a'],
    ...['style,n_a__op__resize,w_1', 'quality,q_1__op__style,n_a', 'style,n_a__op__crop'],
  ])('%j is malformed, whatever presets there are', (written) => {
    expect(outcome(() => parseOperations(written))).toBe('malformed');
  });
});

describe('another format', () => {
  it('drops operations that have no effect on it and keeps the rest', () => {
    const auto = recipeOf('resize,w_9__op__quality,q_60__op__format,f_auto');
    const { steps } = auto;
    expect(canonicalRecipe(steps, 'webp').text).toBe(
      'resize,w_9__op__quality,q_60__op__format,f_webp',
    );
    expect(canonicalRecipe(steps, 'gif').text).toBe('resize,w_9__op__format,f_gif');
    expect(canonicalRecipe(steps, 'src').text).toBe(
      'resize,w_9__op__quality,q_60__op__format,f_src',
    );
    expect(auto.format).toBe('auto');
    expect(canonicalRecipe([]).format).toBe('src');
  });

  it('is canonical for every recipe', () => {
    const formats = fc.constantFrom('jpg', 'png', 'webp', 'avif', 'gif', 'src');
    const canonical = fc.property(drawnRecipes, formats, (operations, format) => {
      const printed = canonicalRecipe(recipeOf(writtenText(operations)).steps, format).text;
      expect(canonicalText(printed)).toBe(printed);
      expect(printed.endsWith(`format,f_${format}`)).toBe(true);
    });
    fc.assert(canonical, runs(500));
  });
});

describe('the values of an operation', () => {
  it('are typed numbers and texts with the defaults filled in', () => {
    const recipe = recipeOf('resize,m_fill,w_400,h_300__op__crop,x_5');
    expect(valuesOf(recipe, 'resize')).toMatchObject({ m: 'fill', w: 400, limit: 1, g: 'center' });
    expect(valuesOf(recipe, 'crop')).toMatchObject({ x: 5, y: 0, w: undefined, g: 'nw' });
    expect(valuesOf(recipe, 'rotate')).toBeUndefined();
    expect(defaultValues('orient')).toEqual({ o: 1 });
  });

  it('of a revision and a download are ignored by the policy', () => {
    expect(withoutFree(recipeOf('version,v_1__op__crop,x_5')).text).toBe(`crop,x_5__op__${src}`);
    expect(withoutFree(recipeOf('download__op__crop,x_5')).text).toBe(`crop,x_5__op__${src}`);
  });

  it('are refused or canonical for every spelling that the row reads', () => {
    for (const name of operationNames) {
      const read = fc.property(operationArbitrary(name), (one) => {
        expect(canonicalText(canonicalText(writtenText([one])))).toBe(
          canonicalText(writtenText([one])),
        );
      });
      fc.assert(read, runs(150));
    }
  });
});
