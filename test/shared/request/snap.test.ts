import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowed } from '../../../shared/policy/policy.ts';
import { canonicalRecipe, type Recipe } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { snapRecipe } from '../../../shared/request/snap.ts';
import { policyOf } from '../policy/policies.ts';
import { runs } from './outcome.ts';

const recipeOf = (text: string): Recipe => canonicalRecipe(parseOperations(text).steps);

const policy = policyOf({
  snap: true,
  operations: {
    resize: [
      { w: [320, 640, 1_280] },
      { h: { min: 100, max: 500, step: 100 } },
      { m: ['fill'], w: [50, 700], h: [300] },
      { l: [800] },
    ],
    quality: { q: [60] },
    format: { f: ['webp'] },
  },
});

const landed = (text: string): string =>
  snapRecipe(policy, recipeOf(text)).text.replace('__op__format,f_src', '');

describe('a length that no rule allows', () => {
  it.each([
    ['resize,w_1', 'resize,w_320'],
    ['resize,w_320', 'resize,w_320'],
    ['resize,w_321', 'resize,w_640'],
    ['resize,w_1280', 'resize,w_1280'],
    ['resize,w_1281', 'resize,w_1280'],
    ['resize,w_8192', 'resize,w_1280'],
    ['resize,h_1', 'resize,h_100'],
    ['resize,h_101', 'resize,h_200'],
    ['resize,h_8000', 'resize,h_500'],
  ])('%s becomes %s: the next, or the largest', (asked, expected) => {
    expect(landed(asked)).toBe(expected);
  });

  it.each([
    'resize,w_321,h_100',
    'resize,m_fill,w_60,h_300',
    'resize,l_700',
    'resize,s_700',
    'resize,p_50',
    'resize,w_321,limit_0',
  ])('stays as it is in %s', (asked) => {
    expect(landed(asked)).toBe(asked);
  });

  it('stays as it is where the policy does not snap, or serves presets only', () => {
    for (const fields of [
      { snap: false },
      { snap: true, presetsOnly: true, presets: { a: 'resize,w_9' } },
    ]) {
      const other = policyOf({ operations: { resize: { w: [320] } }, ...fields });
      expect(snapRecipe(other, recipeOf('resize,w_1')).text).toContain('w_1');
    }
  });

  it('moves whatever else is asked for, which is judged as ever', () => {
    expect(landed('resize,w_1__op__quality,q_60')).toBe('resize,w_320__op__quality,q_60');
    const blurred = snapRecipe(policy, recipeOf('resize,w_1__op__blur,s_3'));
    expect(isAllowed(policy, blurred)).toBe(false);
  });

  it('of any size lands on an allowed one, and an allowed one stays', () => {
    fc.assert(
      fc.property(fc.constantFrom('w', 'h'), fc.integer({ min: 1, max: 8_192 }), (side, length) => {
        const once = snapRecipe(policy, recipeOf(`resize,${side}_${length}`));
        expect(isAllowed(policy, once)).toBe(true);
        expect(snapRecipe(policy, once).text).toBe(once.text);
      }),
      runs(300),
    );
  });
});
