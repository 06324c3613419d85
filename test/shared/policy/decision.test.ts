import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OperationName, rowOf } from '../../../shared/operations/table.ts';
import { isAllowed } from '../../../shared/policy/policy.ts';
import { canonicalText, recipeOf } from '../recipe/recipes.ts';
import { runs } from '../request/outcome.ts';
import { policyOf } from './policies.ts';

/*
 * The decision rule written a second time, from the documentation and without the parser: it takes
 * a policy as JSON and a recipe as canonical text.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Fields = { readonly [name: string]: Json };
type Step = { readonly name: string; readonly given: ReadonlyMap<string, string> };

function stepsOf(text: string): readonly Step[] {
  return text.split('__op__').map((written) => {
    const [name = '', ...pairs] = written.split(',');
    const given = pairs.map((pair): [string, string] => {
      const cut = pair.indexOf('_');
      return [pair.slice(0, cut), pair.slice(cut + 1)];
    });
    return { name, given: new Map(given) };
  });
}

const defaultsOf = (name: string): ReadonlyMap<string, string | undefined> =>
  new Map(
    Object.entries(rowOf(name as OperationName).parameters).map(([own, { fallback }]) => [
      own,
      fallback === undefined ? undefined : String(fallback),
    ]),
  );

const fieldsOf = (json: Json | undefined): Fields => (json ?? {}) as Fields;
const listOf = (json: Json | undefined): readonly Json[] =>
  json === undefined ? [] : Array.isArray(json) ? json : [json as Json];

function valueAllowed(rule: Json, value: string | undefined, isDefault: boolean): boolean {
  if (Array.isArray(rule))
    return rule.some((one) => (one === null ? isDefault : String(one) === value));
  const { min, max, step } = fieldsOf(rule);
  const steps = (Number(value) - Number(min)) / Number(step ?? 1);
  return (
    value !== undefined && Number(value) <= Number(max) && steps >= 0 && Number.isInteger(steps)
  );
}

function ruleAllows(rule: Fields, { name, given }: Step): boolean {
  return [...defaultsOf(name)].every(([own, fallback]) => {
    const value = given.get(own) ?? fallback;
    const named = rule[own];
    return named === undefined
      ? value === fallback
      : valueAllowed(named, value, value === fallback);
  });
}

/** What `f_auto` can settle on. */
const autoOf = (policy: Fields): readonly string[] => [
  ...listOf(fieldsOf(policy['auto'])['format'] ?? ['avif', 'webp']).map(String),
  'src',
];

/** Quality means nothing to a PNG or a GIF. */
const saysNothing = (operation: string, format: string): boolean =>
  operation.startsWith('quality') && /png|gif/.test(format);

function presetAllows(policy: Fields, preset: string, steps: readonly Step[]): boolean {
  const last = steps.at(-1)?.given.get('f') ?? '';
  const [own = '', ...before] = preset.split('__op__').toReversed();
  const formats = [own.replace('format,f_', ''), ...autoOf(policy)].filter((f) => f !== 'auto');
  const kept = before.filter((one) => !saysNothing(one, last));
  const text = [...kept.toReversed(), `format,f_${last}`].join('__op__');
  const asked = steps.map(({ name, given }) =>
    [name, ...[...given].map((pair) => pair.join('_'))].join(','),
  );
  return formats.includes(last) && asked.join('__op__') === text;
}

function stepAllowed(policy: Fields, step: Step): boolean {
  const format = step.given.get('f') ?? '';
  if (step.name === 'format' && format === 'src') return true;
  const rules = fieldsOf(policy['operations'])[step.name];
  return listOf(rules).some((one) => {
    const rule = fieldsOf(one);
    const byAuto = step.name === 'format' && listOf(rule['f']).includes('auto');
    return (byAuto && autoOf(policy).includes(format)) || ruleAllows(rule, step);
  });
}

function decide(policy: Fields, text: string): boolean {
  const steps = stepsOf(text).filter(({ name }) => name !== 'version');
  const presets = Object.values(fieldsOf(policy['presets'])).map(String);
  if (presets.some((preset) => presetAllows(policy, preset, steps))) return true;
  if (policy['presetsOnly'] === true) return false;
  const required = listOf(policy['require']).map(String);
  const format = steps.at(-1)?.given.get('f') ?? '';
  const isMet = (name: string) =>
    saysNothing(name, format) || steps.some((step) => step.name === name);
  if (!required.every(isMet)) return false;
  return steps.every((step) => stepAllowed(policy, step));
}

/** Few values, so that policies and recipes often meet. */
const values: Readonly<Record<string, Readonly<Record<string, readonly (string | number)[]>>>> = {
  orient: { o: [0, 1] },
  crop: { x: [0, 5], w: [9, 10], g: ['nw', 'center'] },
  rotate: { a: [0, 90, 180] },
  flip: { d: ['h', 'v'] },
  resize: {
    m: ['lfit', 'mfit', 'fill', 'pad'],
    w: [10, 20, 30],
    h: [10, 20],
    p: [50],
    limit: [0, 1],
    g: ['center', 'nw', 'smart'],
  },
  blur: { s: [5] },
  quality: { q: [60, 80] },
  format: { f: ['auto', 'jpg', 'png', 'webp', 'avif', 'gif', 'src'] },
};

const listRule = (choices: readonly (string | number)[]): fc.Arbitrary<Json> =>
  fc.subarray<string | number | null>([...choices, null], { minLength: 1 });

const rangeRule: fc.Arbitrary<Json> = fc
  .record({
    min: fc.nat({ max: 15 }),
    length: fc.nat({ max: 30 }),
    step: fc.constantFrom(1, 5, 10),
  })
  .map(({ min, length, step }) => ({ min: min + 1, max: min + length + 1, step }));

const ranged = new Set(['w', 'h', 's']);

function ruleFor(operation: string): fc.Arbitrary<Fields> {
  const entries = Object.entries(values[operation] ?? {}).map(([own, choices]) => {
    const rule = ranged.has(own) ? fc.oneof(listRule(choices), rangeRule) : listRule(choices);
    return [own, rule] as const;
  });
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] }) as fc.Arbitrary<Fields>;
}

/** Rules are made once and drawn from, and so are recipes: that takes most of the time. */
function rulesFor(operation: string): fc.Arbitrary<Json> {
  const rule = ruleFor(operation);
  const one = fc.oneof(rule, fc.array(rule, { minLength: 1, maxLength: 3 }));
  return fc.constantFrom(...fc.sample<Json>(one, runs(400)));
}

const operationsArbitrary = fc.record(
  Object.fromEntries(Object.keys(values).map((name) => [name, rulesFor(name)])),
  { requiredKeys: [] },
) as fc.Arbitrary<Fields>;

function stepFor(operation: string): fc.Arbitrary<string> {
  const pairs = Object.entries(values[operation] ?? {}).map(([own, choices]) =>
    fc.option(
      fc.constantFrom(...choices).map((value) => `${own}_${value}`),
      { freq: 2, nil: undefined },
    ),
  );
  return fc
    .tuple(...pairs)
    .map((given) => [operation, ...given.filter((one) => one !== undefined)].join(','))
    .filter((text) => isWritable(text));
}

function isWritable(text: string): boolean {
  try {
    canonicalText(text);
    return true;
  } catch {
    return false;
  }
}

const recipeTexts: fc.Arbitrary<string> = fc
  .tuple(
    fc.subarray(['version,v_1'], { maxLength: 1 }),
    fc
      .subarray(
        Object.keys(values).filter((name) => name !== 'format'),
        { maxLength: 3 },
      )
      .chain((names) => fc.tuple(...names.map(stepFor))),
    stepFor('format'),
  )
  .map(([free, steps, format]) => canonicalText([...free, ...steps, format].join('__op__')));

const pool = fc.sample(recipeTexts, runs(2_000));
const settled = fc.constantFrom(...pool.filter((text) => !text.endsWith('f_auto')));
const presetTexts = fc.constantFrom(...pool.map((text) => text.replace('version,v_1__op__', '')));

const policies: fc.Arbitrary<Fields> = fc.record(
  {
    operations: operationsArbitrary,
    presets: fc.dictionary(fc.constantFrom('a', 'b', 'c'), presetTexts, { maxKeys: 2 }),
    require: fc.subarray(['resize', 'quality', 'crop', 'flip'], { maxLength: 1 }),
    presetsOnly: fc.constantFrom(false, false, true),
    auto: fc.record({ format: fc.shuffledSubarray(['avif', 'webp', 'jpg', 'gif']) }),
  },
  { requiredKeys: ['operations'] },
) as fc.Arbitrary<Fields>;

/** The same texts come again and again. */
function remembering<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    return known;
  };
}

const parsed = remembering(recipeOf);
const canonical = remembering(canonicalText);
const inFormat = (text: string, f: string): string =>
  canonical(text.replace(/f_[a-z]+$/, `f_${f}`));

describe('a policy and the decision rule as it is documented', () => {
  it('agree on recipes for ten thousand policies', () => {
    const disagreements: object[] = [];
    const answers = { accepted: 0, denied: 0 };
    const asked = fc.tuple(policies, fc.array(settled, { minLength: 3, maxLength: 3 }));
    const agree = fc.property(asked, ([fields, texts]) => {
      const policy = policyOf(fields);
      // Every preset is asked for too, in two formats.
      const presets = Object.values(fieldsOf(fields['presets'])).map(String);
      const inFormats = presets.flatMap((text) => ['avif', 'gif'].map((f) => inFormat(text, f)));
      for (const text of [...texts, ...inFormats]) {
        const answer = isAllowed(policy, parsed(text));
        if (answer !== decide(fields, text)) disagreements.push({ fields, text, answer });
        answers[answer ? 'accepted' : 'denied'] += 1;
      }
    });
    fc.assert(agree, runs(10_000));
    expect(disagreements).toEqual([]);
    expect(answers.accepted).toBeGreaterThan(3_000);
    expect(answers.denied).toBeGreaterThan(10_000);
  });
});
