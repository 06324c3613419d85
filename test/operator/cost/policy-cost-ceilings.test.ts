import { describe, expect, it } from 'vitest';
import { policyCost } from '../../../operator/cost/policy-cost.ts';
import { imageTypes } from '../../../shared/operations/image-type.ts';
import type { Format } from '../../../shared/operations/operation.ts';
import { policyOf } from '../../shared/policy/policies.ts';
import { recipeOf } from '../../shared/recipe/recipes.ts';

const formats = [...Object.keys(imageTypes), 'src'] as readonly Format[];
const from = (min: number, max: number): readonly number[] =>
  Array.from({ length: max - min + 1 }, (_, at) => min + at);

describe('derivatives that are too many to enumerate', () => {
  /** One value of each operation, and all formats. */
  const one = {
    orient: { o: [0] },
    trim: { t: [1] },
    crop: { w: [1] },
    indexcrop: { x: [1] },
    rotate: { a: [90] },
    flip: { d: ['h'] },
    resize: { w: [1] },
    bright: { b: [1] },
    contrast: { c: [1] },
    saturate: { s: [1] },
    grayscale: {},
    tint: { color: ['FF0000'] },
    blur: { s: [1] },
    sharpen: { s: [100] },
    'rounded-corners': { r: [1] },
    circle: { r: [1] },
    background: { color: ['FF0000'] },
    watermark: { i: ['a'] },
    quality: { q: [60] },
    interlace: { i: [1] },
    format: { f: formats },
  };

  /** The number of ways to choose at most `most` of `all`. */
  function chosen(all: number, most: number): bigint {
    let row = [1n];
    for (let size = 0; size < all; size += 1)
      row = Array.from({ length: size + 2 }, (_, at) => (row[at - 1] ?? 0n) + (row[at] ?? 0n));
    return row.slice(0, most + 1).reduce((sum, ways) => sum + ways, 0n);
  }

  it('have at most sixteen operations, including a format other than src', () => {
    const { derivativesPerSource, formats: counted } = policyCost(policyOf({ operations: one }));
    expect(new Map(counted.map(({ format, derivatives }) => [format, derivatives]))).toEqual(
      new Map<Format, bigint>([
        ['jpg', chosen(20, 15)],
        // Without quality; without interlace; without both.
        ['png', chosen(19, 15)],
        ['webp', chosen(19, 15)],
        ['avif', chosen(19, 15)],
        ['gif', chosen(18, 15)],
        ['src', chosen(20, 16)],
      ]),
    );
    expect(derivativesPerSource).toBe(
      chosen(20, 15) + 3n * chosen(19, 15) + chosen(18, 15) + chosen(20, 16),
    );
  });

  it('have one operation more only for a preset of sixteen in a format', () => {
    const sixteen = Object.entries(one)
      .slice(0, 16)
      .map(([name, rule]) => [
        name,
        ...Object.entries(rule).map(([own, [value]]) => `${own}_${value}`),
      ]);
    const preset = sixteen.map((parts) => parts.join()).join('__op__');
    expect(recipeOf(preset).text).toBe(`${preset}__op__format,f_src`);
    const alone = policyCost(policyOf({ operations: one }));
    const { derivativesPerSource, byPresets } = policyCost(
      policyOf({ operations: one, presets: { a: preset } }),
    );
    // In avif and webp; the rules allow it in src.
    expect(byPresets).toBe(2n);
    expect(derivativesPerSource).toBe(alone.derivativesPerSource + 2n);
  });

  it('are counted without listing them', () => {
    const every = (min: number, max: number) => ({ min, max, step: 1 });
    const wide = {
      crop: {
        x: every(0, 9_999_999),
        y: every(0, 9_999_999),
        w: every(1, 8_192),
        h: every(1, 8_192),
      },
      rotate: { a: every(-9_999_999, 9_999_999) },
      resize: { l: every(1, 8_192) },
      blur: { r: [...from(1, 50), null], s: every(1, 50) },
    };
    const { derivativesPerSource, exact } = policyCost(policyOf({ operations: wide }));
    const crops = 10_000_000n ** 2n * 8_192n ** 2n;
    expect({ derivativesPerSource, exact }).toEqual({
      derivativesPerSource: (crops + 1n) * 360n * 8_193n * 51n,
      exact: true,
    });
  });
});
