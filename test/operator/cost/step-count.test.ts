import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSteps, isCanonicalStep } from '../../../operator/cost/step-count.ts';
import { kindOf } from '../../../operator/cost/value-blocks.ts';
import { limits } from '../../../shared/limits.ts';
import type { Parameters, ValuesOf } from '../../../shared/operations/operation.ts';
import type { Parameter, Value } from '../../../shared/operations/parameter.ts';
import { type OperationName, operationNames, rowOf } from '../../../shared/operations/table.ts';
import { isAllowed } from '../../../shared/policy/policy.ts';
import type { Rule } from '../../../shared/policy/value-set.ts';
import { defaultValues } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { casesOf, countCases } from '../../proof/cases.ts';
import { policyOf } from '../../shared/policy/policies.ts';
import {
  operationArbitrary,
  recipeOf,
  spellingOf,
  writtenText,
} from '../../shared/recipe/recipes.ts';
import { outcome, runs } from '../../shared/request/outcome.ts';

type Candidates = Readonly<Record<string, readonly Value[]>>;
type Case = { readonly name: OperationName; readonly candidates: Candidates };

const from = (min: number, max: number): readonly number[] =>
  Array.from({ length: max - min + 1 }, (_, at) => min + at);

/** Every value that a rule of these tests can allow, so that the enumeration is complete. */
const cases: Readonly<Record<string, Case>> = {
  'sides in every mode': {
    name: 'resize',
    candidates: { m: ['lfit', 'mfit', 'fill', 'pad', 'fixed'], w: from(1, 7), h: from(3, 8) },
  },
  'sides beyond the most pixels': {
    name: 'resize',
    candidates: { m: ['lfit', 'fixed'], w: from(8_188, 8_192), h: from(4_094, 4_099) },
  },
  'focal points and compass points': {
    name: 'resize',
    candidates: {
      m: ['fill', 'lfit'],
      w: [2],
      h: [2],
      g: ['nw', 'south', 'center', 'smart'],
      fx: [0, 1, 49, 50, 51, 99, 100],
      fy: [0, 1, 50, 51, 100],
    },
  },
  'per cent, the other ways and limit': {
    name: 'resize',
    candidates: { p: from(98, 103), l: [1, 2], s: [1, 3], limit: [0, 1] },
  },
  'colours of a pad': {
    name: 'resize',
    candidates: {
      m: ['pad', 'lfit'],
      w: [1, 2],
      h: [1, 2],
      color: ['FFFFFF', 'FF0000', 'FF000080', '00FF00'],
    },
  },
  crops: {
    name: 'crop',
    candidates: {
      x: from(0, 3),
      y: [0, 5],
      w: [9, 10],
      h: from(7, 9),
      g: ['nw', 'north', 'center', 'se'],
    },
  },
  slices: { name: 'indexcrop', candidates: { x: from(1, 4), y: from(1, 3), i: from(0, 4) } },
  turns: { name: 'rotate', candidates: { a: from(-400, 500) } },
  blurs: { name: 'blur', candidates: { r: from(1, 4), s: from(1, 6) } },
  qualities: { name: 'quality', candidates: { q: from(76, 84), max: from(1, 4) } },
  tints: { name: 'tint', candidates: { color: ['FF0000', 'FF000080', '00FF00'] } },
  watermarks: {
    name: 'watermark',
    candidates: { i: ['a', 'b', 'long'], g: ['se', 'nw'], x: from(9, 11), t: [0, 99, 100] },
  },
};

function* combinations(
  of: readonly (readonly [string, readonly Value[]])[],
): Generator<readonly string[]> {
  const [first, ...rest] = of;
  if (first === undefined) {
    yield [];
    return;
  }
  const [own, values] = first;
  for (const others of combinations(rest)) {
    yield others;
    for (const value of values) yield [`${own}_${value}`, ...others];
  }
}

/** All recipes with these values, in canonical form. */
function enumerateRecipes({ name, candidates }: Case) {
  const texts = [...combinations(Object.entries(candidates))].map((pairs) =>
    [name, ...pairs].join(','),
  );
  const recipes = texts.filter((text) => outcome(() => parseOperations(text)) === 'accepted');
  return new Map(recipes.map(recipeOf).map((recipe) => [recipe.text, recipe]));
}

function ruleValues(values: readonly Value[]): fc.Arbitrary<unknown> {
  const list = fc.subarray([...values, null], { minLength: 1 });
  const numbers = values.filter((value) => typeof value === 'number');
  const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.length < values.length || numbers.length <= max - min) return list;
  const range = fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.constantFrom(1, 1, 2, 3, 7, 45))
    .map(([one, other, step]) => ({
      min: Math.min(one, other),
      max: Math.max(one, other),
      step,
    }));
  return fc.oneof(list, range, range);
}

const rulesFor = ({ candidates }: Case): fc.Arbitrary<readonly Rule[]> =>
  fc.array(
    fc.record(
      Object.fromEntries(Object.entries(candidates).map(([own, all]) => [own, ruleValues(all)])),
      { requiredKeys: [] },
    ) as fc.Arbitrary<Rule>,
    { minLength: 1, maxLength: 4 },
  );

describe('the number of texts of an operation', () => {
  it.each(Object.entries(cases))('equals the number of allowed texts: %s', (_, one) => {
    const recipes = [...enumerateRecipes(one).values()];
    let most = 0n;
    const counts = fc.property(rulesFor(one), (rules) => {
      const policy = policyOf({ operations: { [one.name]: rules }, require: [one.name] });
      const count = BigInt(recipes.filter((recipe) => isAllowed(policy, recipe)).length);
      const parsed = policy.rules.get(one.name) ?? [];
      for (const written of [undefined, 0, 20])
        expect(countSteps(one.name, parsed, written)).toEqual({ count, exact: true });
      most = count > most ? count : most;
      countCases();
    });
    fc.assert(counts, runs(casesOf({ proof: 300, test: 15 })));
    expect(most).toBeGreaterThan(1n);
  });

  const whole = (name: OperationName, ...names: readonly string[]): Rule =>
    Object.fromEntries(
      names.map((own) => {
        const control = rowOf(name).parameters[own]?.control;
        if (control?.control !== 'number') throw new Error(`${own} is no number`);
        return [own, { min: control.min, max: control.max, step: 1 }];
      }),
    );
  const side = BigInt(limits.side);
  const boxes = from(1, limits.side)
    .map((w) => Math.min(limits.side, Math.floor(limits.outputPixels / w)))
    .reduce((sum, h) => sum + BigInt(h), 0n);
  const overlapping = casesOf({ proof: 1_000, test: 60 });
  const everyNumber = (step: number) => ({ min: 0, max: 9_999_999, step });

  it.each<[string, OperationName, readonly Rule[], bigint]>([
    ['every width and height', 'resize', [whole('resize', 'w', 'h')], boxes],
    [
      'every width, every height and both',
      'resize',
      [whole('resize', 'w', 'h'), whole('resize', 'w'), whole('resize', 'h')],
      boxes + 2n * side,
    ],
    [
      'every box in modes of which one distorts',
      'resize',
      [{ m: ['fill', 'fixed', 'mfit'], ...whole('resize', 'w', 'h') }],
      3n * boxes,
    ],
    [
      'every focal point of a box, the nine compass points written once',
      'resize',
      [{ m: ['fill'], ...whole('resize', 'w', 'h', 'fx', 'fy') }],
      boxes * (101n * 101n - 9n),
    ],
    [
      'every crop that has both sides',
      'crop',
      [whole('crop', 'x', 'y', 'w', 'h')],
      10_000_000n ** 2n * side ** 2n,
    ],
    [
      'every crop in a corner and out of the middle',
      'crop',
      [{ ...whole('crop', 'x', 'y', 'w', 'h'), g: ['nw', 'center'] }],
      2n * 10_000_000n ** 2n * side ** 2n,
    ],
    ['every turn', 'rotate', [whole('rotate', 'a')], 359n],
    [
      'offsets by two, by three and by a million',
      'crop',
      [2, 3, 1_000_000].map((step) => ({ x: everyNumber(step) })),
      // Multiples of a million are even already. 0 draws nothing, so it is subtracted.
      5_000_000n + 3_333_334n - 1_666_667n - 1n,
    ],
    [
      `${overlapping} rules that overlap`,
      'resize',
      from(1, overlapping).map((at) => ({ h: [at], w: { min: at, max: at + 6_999, step: 1 } })),
      7_000n * BigInt(overlapping),
    ],
  ])('is counted without enumeration: %s', (_, name, rules, count) => {
    expect(countSteps(name, rules)).toEqual({ count, exact: true });
  });

  it('is that of the widest rule if the ranges overlap in too many ways', () => {
    const [widest, ...others] = [19, 23, 29, 31, 37].map((step) => ({
      x: { min: 0, max: 9_999_999, step },
    }));
    const alone = countSteps('crop', [widest ?? {}]);
    // 0 draws nothing.
    expect(alone).toEqual({ count: 526_315n, exact: true });
    expect(countSteps('crop', [...others, widest ?? {}])).toEqual({ ...alone, exact: false });
  });
});

/** All values of a parameter if there are few, otherwise a selection. */
function someValues(parameter: Parameter): readonly Value[] {
  const { control } = parameter;
  if (control.control === 'select') return control.options;
  const sampled = fc
    .sample(spellingOf(parameter), runs(300))
    .map((text) => parameter.read(text))
    .filter((value) => value !== undefined);
  if (control.control !== 'number') return sampled;
  const { min, max } = control;
  const near = from(Math.max(min, -800), Math.min(max, 1_000));
  return [...new Set([min, max, ...near, ...sampled])];
}

const fitting = ({ w, h }: ValuesOf<Parameters>): boolean =>
  Number(w ?? 1) * Number(h ?? 1) <= limits.outputPixels;

/** The values with another verdict than the others of their kind. */
function findOutliers(name: OperationName, own: string, values: ValuesOf<Parameters>) {
  const parameter = rowOf(name).parameters[own];
  const verdicts = new Map<string, boolean>();
  const changed = (parameter === undefined ? [] : someValues(parameter))
    .map((value) => ({ ...values, [own]: value }))
    .filter((one) => name !== 'resize' || fitting(one));
  return changed.flatMap((one) => {
    const kind = kindOf(name, own, one[own]);
    const verdict = isCanonicalStep(name, one);
    const known = verdicts.get(kind) ?? verdict;
    verdicts.set(kind, known);
    return known === verdict ? [] : [`${name},${own}_${one[own]}`];
  });
}

describe('values of one kind', () => {
  const drawing = operationNames.filter(
    (name) => name !== 'format' && rowOf(name).answer === undefined,
  );

  it.each(drawing)('are treated alike: %s', (name) => {
    const bases = fc
      .sample(operationArbitrary(name), runs(casesOf({ proof: 100, test: 10 })))
      .map((one) => parseOperations(writtenText([one])).steps[0]?.values ?? {});
    const differing = bases.flatMap((values) =>
      Object.keys(rowOf(name).parameters).flatMap((own) => findOutliers(name, own, values)),
    );
    expect([...new Set(differing)]).toEqual([]);
  });

  it('detects a number that a row compares with', () => {
    const fill = { ...defaultValues('resize'), m: 'fill', w: 2, h: 2, fx: 50 } as const;
    const verdicts = [49, 50, 51].map((fy) => isCanonicalStep('resize', { ...fill, fy }));
    expect(verdicts).toEqual([true, false, true]);
    const kinds = [49, 50, 51].map((fy) => kindOf('resize', 'fy', fy));
    expect(new Set(kinds).size).toBe(3);
  });
});
