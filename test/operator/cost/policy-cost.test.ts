import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyCost } from '../../../operator/cost/policy-cost.ts';
import { imageTypes } from '../../../shared/operations/image-type.ts';
import type { Format } from '../../../shared/operations/operation.ts';
import { isAllowed, type Policy } from '../../../shared/policy/policy.ts';
import {
  canonicalRecipe,
  findAnswer,
  type Recipe,
  withoutFree,
} from '../../../shared/recipe/canonical.ts';
import { emptyRecipe, parseOperations } from '../../../shared/recipe/recipe.ts';
import { casesOf, countCases } from '../../proof/cases.ts';
import { type PolicyFields, policyOf } from '../../shared/policy/policies.ts';
import { runs } from '../../shared/request/outcome.ts';

const formats = [...Object.keys(imageTypes), 'src'] as readonly Format[];
const from = (min: number, max: number): readonly number[] =>
  Array.from({ length: max - min + 1 }, (_, at) => min + at);
const texts = (name: string, ...values: readonly (readonly [string, readonly unknown[]])[]) =>
  values.reduce<readonly string[]>(
    (all, [own, of]) => all.flatMap((text) => of.map((one) => `${text},${own}_${one}`)),
    [name],
  );

/** All values of each operation that the policies of these tests allow. */
const written = {
  resize: [
    ...texts('resize', ['w', from(1, 6)]),
    ...texts('resize', ['h', from(1, 4)]),
    ...texts(
      'resize',
      ['m', ['lfit', 'fill', 'mfit', 'fixed']],
      ['w', from(1, 6)],
      ['h', from(1, 4)],
    ),
    ...texts('resize', ['m', ['mfit', 'fixed']], ['w', from(1, 6)]),
    ...texts('resize', ['m', ['mfit', 'fixed']], ['h', from(1, 4)]),
  ],
  rotate: texts('rotate', ['a', from(-2, 10).map((at) => at * 45)]),
  blur: texts('blur', ['r', [1, 2]], ['s', [1, 2, 5]]),
  quality: texts('quality', ['q', from(78, 82)]),
  interlace: texts('interlace', ['i', [0, 1]]),
  info: ['info'],
  version: ['version,v_1', 'version,v_2'],
} as const;
type Named = keyof typeof written;

/** Every recipe of some operations in every format, as it is passed to `allowed`. */
function recipesOf(names: readonly Named[]): readonly Recipe[] {
  let all: readonly (readonly string[])[] = [[]];
  for (const name of names)
    all = all.flatMap((one) => [one, ...written[name].map((text) => [...one, text])]);
  const drawn = all.filter((one) => !one.includes('info') || one.length === 1);
  const recipes = drawn.flatMap((one) => {
    const { steps } = one.length === 0 ? emptyRecipe : parseOperations(one.join('__op__'));
    return formats.map((f) => canonicalRecipe(steps, f));
  });
  return [...new Map(recipes.map((recipe) => [recipe.text, recipe])).values()];
}

/** The keys that `allowed` accepts, without the version. */
function keysOf(policy: Policy, recipes: readonly Recipe[]): ReadonlyMap<string, Recipe> {
  const presets = [...policy.presets.values()].flatMap((steps) =>
    formats.map((f) => canonicalRecipe(steps, f)),
  );
  const images = [...recipes, ...presets].filter(
    (recipe) => findAnswer(recipe) === undefined && isAllowed(policy, recipe),
  );
  return new Map(images.map(withoutFree).map((recipe) => [recipe.text, recipe]));
}

function checkCounted(fields: PolicyFields, recipes: readonly Recipe[]): bigint {
  const policy = policyOf(fields);
  const keys = [...keysOf(policy, recipes).values()];
  const cost = policyCost(policy);
  const count = (which: (recipe: Recipe) => boolean) => BigInt(keys.filter(which).length);
  expect([fields, cost.derivativesPerSource]).toEqual([fields, BigInt(keys.length)]);
  expect(cost.exact).toBe(true);
  expect(cost.formats).toEqual(
    formats
      .map((format) => ({ format, derivatives: count((one) => one.format === format) }))
      .filter(({ derivatives }) => derivatives > 0n),
  );
  for (const { name, derivatives } of cost.operations)
    expect([name, derivatives]).toEqual([
      name,
      count(({ steps }) => steps.some((step) => step.name === name)),
    ]);
  return cost.derivativesPerSource;
}

const sizes = [100, 200, 300, 400, 600, 800, 1_200, 1_600];
const shop = {
  operations: {
    resize: { w: sizes },
    quality: { q: [60, 80, 90] },
    format: { f: ['auto', 'jpg'] },
  },
  require: ['resize'],
  auto: { format: ['avif', 'webp'] },
};

describe('the derivatives of a source', () => {
  it.each<[string, PolicyFields, bigint]>([
    // Quality 80 is the default, so 60, 90 and nothing written are three.
    ['8 sizes, 3 qualities in avif, webp, src and jpg', shop, 8n * 3n * 4n],
    [
      '8 sizes, 3 qualities and what auto settles on: a shop',
      { ...shop, operations: { ...shop.operations, format: { f: ['auto'] } } },
      72n,
    ],
    ['sizes that may be left out', { ...shop, require: [] }, 9n * 3n * 4n],
    [
      'qualities that say nothing in png and gif',
      { ...shop, operations: { ...shop.operations, format: { f: ['png', 'gif'] } } },
      8n * (3n + 1n + 1n),
    ],
    [
      'a first frame, which says nothing in jpg',
      { ...shop, operations: { ...shop.operations, frames: { n: [1] } } },
      8n * 3n * (3n * 2n + 1n),
    ],
    [
      'a quality that is required, but in png, where it says nothing',
      { ...shop, require: ['quality'], auto: { format: ['png'] } },
      // 80 is left out as the default, and then it is missing: jpg and src.
      9n * (2n + 2n + 1n),
    ],
    [
      'a first frame that is required, but in jpg, where it says nothing',
      {
        operations: { ...shop.operations, frames: { n: [1] } },
        require: ['frames'],
        auto: shop.auto,
      },
      // avif, webp and src, and jpg.
      9n * 3n * (3n + 1n),
    ],
    ['one, when the policy names a format only', { operations: { format: {} } }, 1n],
    ['one in each format besides the source’s own', { operations: { format: { f: ['gif'] } } }, 2n],
    ['none where words are required', { ...shop, require: ['info'] }, 0n],
    ['no words', { operations: { info: {}, placeholder: { k: ['lqip'] } } }, 1n],
    [
      'a preset in jpg, avif, webp and src, whatever rules say',
      {
        presetsOnly: true,
        operations: shop.operations,
        presets: { a: 'blur,s_2__op__format,f_jpg' },
      },
      4n,
    ],
    [
      'a preset whose first frame says nothing in its own jpg, and something in webp and src',
      {
        presetsOnly: true,
        presets: { a: 'frames,n_1__op__format,f_jpg' },
        auto: { format: ['webp'] },
      },
      3n,
    ],
    ['a preset that rules allow as well', { ...shop, presets: { a: 'resize,w_100' } }, 96n],
    ['two presets that are one', { ...shop, presets: { a: 'blur,s_2', b: 'blur,s_2,r_9' } }, 99n],
    ['a preset of words', { ...shop, presets: { a: 'info' } }, 96n],
  ])('equal a count by hand: %s', (_, fields, count) => {
    expect(policyCost(policyOf(fields)).derivativesPerSource).toBe(count);
  });

  const names = Object.keys(written) as readonly Named[];
  it.each<[string, PolicyFields, readonly Named[]]>([
    [
      'lists with null, a range with a step, overlapping rules',
      {
        operations: {
          resize: [
            { m: ['fill', 'mfit', null], w: { min: 1, max: 6, step: 2 }, h: [1, 2, null] },
            { m: ['fixed', 'lfit'], w: [null, 1, 3], h: [2, 3, null] },
            { w: { min: 2, max: 6 } },
          ],
          quality: [{ q: { min: 79, max: 82, step: 3 } }, { q: [null, 81] }],
          format: { f: ['auto', 'gif'] },
        },
      },
      ['resize', 'quality', 'version'],
    ],
    [
      'turns, blurs and what some formats drop',
      {
        operations: {
          rotate: { a: { min: -90, max: 450, step: 45 } },
          blur: { r: [null, 1], s: { min: 1, max: 2 } },
          quality: { q: [78, 80] },
          interlace: { i: [0, 1] },
          format: [{ f: ['png', 'jpg'] }, { f: ['auto'] }],
          info: {},
        },
        presets: { a: 'rotate,a_45__op__quality,q_79__op__format,f_auto', b: 'info' },
      },
      ['rotate', 'blur', 'quality', 'interlace', 'info'],
    ],
    [
      'presets beside what is required of others',
      {
        operations: { resize: { w: [1, 2] }, blur: { s: [1] } },
        require: ['resize', 'blur'],
        presets: { a: 'resize,w_1', b: 'resize,w_2__op__blur,s_1__op__format,f_png' },
        auto: { format: ['gif'] },
      },
      ['resize', 'blur', 'version'],
    ],
  ])('equal the number of allowed requests: %s', (_, fields, asked) => {
    expect(checkCounted(fields, recipesOf(asked))).toBeGreaterThan(1n);
  });

  /** Only values from above, because other values of a range would not be enumerated. */
  const range = (most: number) =>
    fc
      .tuple(fc.integer({ min: 1, max: most }), fc.nat({ max: most }), fc.constantFrom(1, 2, 3))
      .map(([min, more, step]) => ({ min, max: Math.min(min + more, most), step }));
  const list = (of: readonly unknown[]) => fc.subarray([...of, null], { minLength: 1 });
  const rules = (values: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
    fc.array(fc.record(values, { requiredKeys: [] }), { minLength: 1, maxLength: 3 });
  const side = (most: number) => fc.oneof(list(from(1, most)), range(most));
  const policies = fc.record(
    {
      operations: fc.record(
        {
          resize: rules({ m: list(['lfit', 'fill', 'mfit', 'fixed']), w: side(6), h: side(4) }),
          blur: rules({ r: list([1, 2]), s: list([1, 2, 5]) }),
          quality: rules({ q: list(from(78, 82)) }),
          interlace: rules({ i: list([0, 1]) }),
          format: rules({ f: list([...formats, 'auto']) }),
          info: fc.constant({}),
        },
        { requiredKeys: [] },
      ),
      require: fc.subarray(['resize', 'quality', 'blur', 'info'], { maxLength: 1 }),
      presets: fc.dictionary(
        fc.constantFrom('a', 'b'),
        fc.constantFrom(
          'resize,w_3__op__quality,q_79__op__format,f_auto',
          'interlace,i_1__op__format,f_png',
          'trim,t_10',
          'quality,q_80',
          'info',
          'version,v_1__op__resize,w_2,m_mfit',
        ),
      ),
      presetsOnly: fc.constantFrom(false, false, false, true),
      auto: fc.record({ format: fc.shuffledSubarray(['avif', 'webp', 'png', 'gif']) }),
    },
    { requiredKeys: ['operations', 'presets'] },
  );

  it('are as many as are allowed when all are asked for, for generated policies', () => {
    const generated = casesOf({ proof: 100, test: 6 });
    const asked = names.filter((name) => name !== 'rotate' && name !== 'version');
    const recipes = recipesOf(asked);
    const counts = new Set<bigint>();
    const check = fc.property(policies, (fields) => {
      counts.add(checkCounted(fields, recipes));
      countCases();
    });
    fc.assert(check, runs(generated));
    expect(counts.size).toBeGreaterThan(generated / 3);
  });
});
