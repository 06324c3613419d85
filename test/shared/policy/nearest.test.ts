import { expect, it } from 'vitest';
import { decideNamingNearest, nearestAllowed } from '../../../shared/policy/nearest.ts';
import { findDenial } from '../../../shared/policy/policy.ts';
import { canonicalRecipe } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { malformed } from '../../../shared/refusal.ts';
import { policyOf } from './policies.ts';

const policy = policyOf({
  operations: {
    resize: [
      { w: [320, 640] },
      { h: { min: 10, max: 105, step: 10 } },
      { m: ['fill'], w: [400], h: [300] },
    ],
    quality: { q: [60, 80] },
    format: { f: ['auto', 'jpg'] },
    blur: { s: [2], r: [null] },
  },
});

const stepIn = (text: string) => {
  const [step] = parseOperations(text).steps;
  if (step === undefined) throw new Error(`${text} has no step`);
  return step;
};

it.each([
  ['resize,w_321', 'resize,w_320'],
  ['resize,w_5000', 'resize,w_640'],
  ['resize,w_500', 'resize,w_640'],
  ['resize,h_44', 'resize,h_40'],
  ['resize,h_5', 'resize,h_10'],
  ['resize,h_109', 'resize,h_100'],
  ['resize,m_fill,w_400,h_310', 'resize,m_fill,w_400,h_300'],
  ['resize,m_pad,w_320,h_200', 'resize,m_fill,w_400,h_300'],
  ['quality,q_75', 'quality,q_80'],
  ['format,f_png', 'format,f_auto'],
])('nearest to %s is %s, which is allowed', (asked, nearest) => {
  expect(nearestAllowed(policy, stepIn(asked))).toBe(nearest);
  const isAuto = nearest === 'format,f_auto';
  const recipe = canonicalRecipe(parseOperations(nearest).steps, isAuto ? 'src' : undefined);
  expect(findDenial(policy, recipe)).toBeUndefined();
});

it('is named in a refusal for a value, and in no other', () => {
  const denied = findDenial(policy, canonicalRecipe([stepIn('resize,w_321')]));
  const deny = (): never => {
    throw denied;
  };
  expect(() => decideNamingNearest(policy, deny)).toThrow(
    'no rule of resize allows these values; the nearest allowed is resize,w_320',
  );
  const refuse = (): never => {
    throw malformed('is wrong');
  };
  expect(() => decideNamingNearest(policy, refuse)).toThrow(/^is wrong$/);
});
