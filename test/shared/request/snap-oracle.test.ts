import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findDenial, type Policy } from '../../../shared/policy/policy.ts';
import { isRange, type ValueSet } from '../../../shared/policy/value-set.ts';
import { canonicalRecipe, type Recipe, valuesOf } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { snapRecipe } from '../../../shared/request/snap.ts';
import { policyOf } from '../policy/policies.ts';
import { runs } from './outcome.ts';

/*
 * The reference snaps as the documentation describes it, and judges the whole recipe for every length
 * that a rule lists. It is too slow for the edge and short enough to be believed.
 */

const lengthsIn = (values: ValueSet | undefined): readonly number[] => {
  if (values === undefined) return [];
  if (!isRange(values)) return values.filter((one) => typeof one === 'number');
  const { min, max, step } = values;
  return Array.from(
    { length: Math.floor((max - min) / step) + 1 },
    (_, index) => min + index * step,
  );
};

const pickNext = (lengths: readonly number[], wanted: number): number | undefined => {
  const sorted = lengths.toSorted((a, b) => a - b);
  return sorted.find((length) => length >= wanted) ?? sorted.at(-1);
};

const replaceSide = ({ steps }: Recipe, side: 'w' | 'h', length: number): Recipe =>
  canonicalRecipe(
    steps.map((step) =>
      step.name === 'resize' ? { ...step, values: { ...step.values, [side]: length } } : step,
    ),
  );

const isResizeDenied = (policy: Policy, recipe: Recipe): boolean =>
  findDenial(policy, recipe)?.detail.rule === 'operations.resize';

function snapSlowly(policy: Policy, recipe: Recipe): Recipe {
  const values = valuesOf(recipe, 'resize');
  if (values === undefined || !policy.snap || !isResizeDenied(policy, recipe)) return recipe;
  const { w, h, l, s } = values;
  if ([w, h, l, s].filter((one) => one !== undefined).length !== 1) return recipe;
  const side = w === undefined ? 'h' : 'w';
  const wanted = values[side];
  if (wanted === undefined) return recipe;
  const offered = (policy.rules.get('resize') ?? []).flatMap(
    (rule) => pickNext(lengthsIn(rule[side]), wanted) ?? [],
  );
  const allowed = offered.filter(
    (length) => !isResizeDenied(policy, replaceSide(recipe, side, length)),
  );
  const length = pickNext(allowed, wanted);
  return length === undefined ? recipe : replaceSide(recipe, side, length);
}

const length = fc.integer({ min: 1, max: 30 });
const lengths = fc.oneof(
  fc.array(fc.oneof(length, fc.constant(null)), { minLength: 1, maxLength: 5 }),
  fc
    .tuple(length, length, fc.integer({ min: 1, max: 7 }))
    .map(([a, b, step]) => ({ min: Math.min(a, b), max: Math.max(a, b), step })),
);
const rule = fc.record(
  {
    w: lengths,
    h: lengths,
    limit: fc.subarray([0, 1, null], { minLength: 1 }),
    m: fc.subarray(['lfit', 'fill', 'fixed', null], { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const size = fc.oneof(
  length.map((w) => `w_${w}`),
  length.map((h) => `h_${h}`),
  fc.tuple(length, length).map(([w, h]) => `w_${w},h_${h}`),
  fc.constantFrom('l_9', 's_9', 'p_50', 'm_fixed,w_9'),
);
const text = fc
  .tuple(
    fc.constantFrom('', 'rotate,a_90__op__'),
    size,
    fc.constantFrom('', ',limit_0'),
    fc.constantFrom('', '__op__blur,s_3', '__op__format,f_webp', '__op__version,v_1'),
  )
  .map(([before, own, limit, after]) => `${before}resize,${own}${limit}${after}`);
const preset = text.filter((one) => !one.includes('version'));
const fields = fc.record({
  snap: fc.constantFrom(true, true, true, false),
  operations: fc.record({
    resize: fc.array(rule, { minLength: 1, maxLength: 4 }),
    rotate: fc.constant({ a: [90] }),
    format: fc.constant({ f: ['webp'] }),
  }),
  require: fc.subarray(['rotate']),
  presetsOnly: fc.constantFrom(false, false, false, true),
  presets: fc.array(preset, { maxLength: 6 }).map((all) => Object.fromEntries(all.entries())),
});

it('snaps as the reference does under any policy', () => {
  let moved = 0;
  fc.assert(
    fc.property(fields, fc.array(text, { minLength: 20, maxLength: 20 }), (own, asked) => {
      const policy = policyOf(own);
      for (const one of asked) {
        const recipe = canonicalRecipe(parseOperations(one).steps);
        const expected = snapSlowly(policy, recipe);
        expect(snapRecipe(policy, recipe).text).toBe(expected.text);
        if (expected.text !== recipe.text) moved += 1;
      }
    }),
    runs(1_500),
  );
  expect(moved).toBeGreaterThan(1_000);
});

it('moves to a length that a rule lists and only a preset allows', () => {
  const policy = policyOf({
    snap: true,
    operations: { resize: [{ w: [100], limit: [0] }, { w: [500] }], format: { f: ['src'] } },
    presets: { small: 'resize,w_100' },
  });
  const recipe = canonicalRecipe(parseOperations('resize,w_90').steps);
  expect(snapSlowly(policy, recipe).text).toContain('resize,w_100');
  expect(snapRecipe(policy, recipe).text).toBe(snapSlowly(policy, recipe).text);
});
