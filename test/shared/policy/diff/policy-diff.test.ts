import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PolicyChange, policyDiff } from '../../../../shared/policy/diff/policy-diff.ts';
import { compilePolicy, isAllowed, type Policy } from '../../../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../../../shared/policy/schema.ts';
import { starterPolicy } from '../../../../shared/policy/starter.ts';
import { validPolicy } from '../../../../shared/policy/validation.ts';
import { casesOf, countCases } from '../../../proof/cases.ts';
import { recipeOf } from '../../recipe/recipes.ts';
import { runs } from '../../request/outcome.ts';
import type { PolicyFields } from '../policies.ts';

const policy = (fields: PolicyFields): ValidPolicy =>
  validPolicy({ tenant: 'acme', operations: {}, ...fields });

const marks: Readonly<Record<PolicyChange['kind'], string>> = {
  widens: '+',
  narrows: '-',
  changes: '~',
};

const said = (changes: readonly PolicyChange[]): readonly string[] =>
  changes.map(({ kind, text }) => `${marks[kind]} ${text}`);

const resize = (rules: unknown): PolicyFields => ({ operations: { resize: rules } });
const range = (min: number, max: number, step = 1) => ({ min, max, step });

type Case = readonly [what: string, before: PolicyFields, after: PolicyFields, texts: string[]];

const ruleCases: readonly Case[] = [
  [
    'a value more',
    resize({ w: [320, 640] }),
    resize({ w: [320, 640, 1600] }),
    ['+ adds resize w 1600'],
  ],
  [
    'a value less',
    { operations: { quality: { q: [60, 80] } } },
    { operations: { quality: { q: [80] } } },
    ['- removes quality q 60'],
  ],
  [
    'another value',
    resize({ w: [320] }),
    resize({ w: [640] }),
    ['+ adds resize w 640', '- removes resize w 320'],
  ],
  [
    'values more and less',
    resize({ w: [1, 2, 3] }),
    resize({ w: [3, 4, 5] }),
    ['+ adds resize w 4, 5', '- removes resize w 1, 2'],
  ],
  [
    'a parameter that may be left out',
    resize({ w: [1], h: [2] }),
    resize({ w: [1], h: [2, null] }),
    ['+ lets resize h be left out'],
  ],
  [
    'a parameter that may no longer be left out',
    resize({ w: [1], h: [2, null] }),
    resize({ w: [1], h: [2] }),
    ['- no longer lets resize h be left out'],
  ],
  [
    'a value beside the default',
    resize({ w: [1] }),
    resize({ w: [1], limit: [0, 1] }),
    ['+ adds resize limit 0'],
  ],
  [
    'a wider range',
    resize({ w: range(10, 1200, 10) }),
    resize({ w: range(10, 1600, 10) }),
    ['+ resize w: 10–1200 step 10 becomes 10–1600 step 10'],
  ],
  [
    'a coarser range',
    resize({ w: range(10, 1200) }),
    resize({ w: range(10, 1200, 10) }),
    ['- resize w: 10–1200 becomes 10–1200 step 10'],
  ],
  [
    'a range that moves',
    resize({ w: range(10, 20) }),
    resize({ w: range(15, 30) }),
    ['~ resize w: 10–20 becomes 15–30'],
  ],
  [
    'a range out of step',
    resize({ w: range(10, 50, 10) }),
    resize({ w: range(15, 55, 10) }),
    ['~ resize w: 10–50 step 10 becomes 15–55 step 10'],
  ],
  [
    'a list for a range',
    resize({ w: range(10, 30, 10) }),
    resize({ w: [10, 20, 30, 40] }),
    ['+ resize w: 10–30 step 10 becomes 10, 20, 30, 40'],
  ],
  [
    'a list that is out of step',
    resize({ w: range(10, 30, 10) }),
    resize({ w: [10, 20, 25] }),
    ['~ resize w: 10–30 step 10 becomes 10, 20, 25'],
  ],
  [
    'a range for a list',
    resize({ w: [10, 20, 40] }),
    resize({ w: range(10, 30, 10) }),
    ['~ resize w: 10, 20, 40 becomes 10–30 step 10'],
  ],
  [
    'a rule more',
    resize({ w: [1] }),
    resize([{ w: [1] }, { m: ['fill'], w: [400], h: [300] }]),
    ['+ adds resize m fill; w 400; h 300'],
  ],
  [
    'a rule less',
    resize([{ w: [1] }, { h: range(1, 9) }]),
    resize({ w: [1] }),
    ['- removes resize h 1–9'],
  ],
  [
    'a rule for the defaults',
    { operations: { crop: { w: [5] } } },
    { operations: { crop: [{ w: [5] }, {}] } },
    ['+ adds crop with default values'],
  ],
  [
    'a value in one of several rules',
    resize([{ w: [1, 2] }, { m: ['fill'], w: [400, 500], h: [300] }]),
    resize([{ m: ['fill'], w: [400, 500, 600], h: [300] }, { w: [1] }]),
    ['+ adds resize w 600 (where m fill; h 300)', '- removes resize w 2'],
  ],
  [
    'rules that have too little in common',
    resize({ m: ['fill'], w: [400], h: [300] }),
    resize({ w: [400] }),
    ['+ adds resize w 400', '- removes resize m fill; w 400; h 300'],
  ],
  [
    'a rule that another one had covered',
    resize([{ w: [1, 2, 3] }, { w: [2], limit: [0, 1] }]),
    resize([{ w: [1, 2, 3] }, { w: [3], limit: [0, 1] }, { w: [1] }]),
    [
      '+ adds resize w 3 (where limit 0, 1)',
      '- removes resize w 2 (where limit 0, 1)',
      '~ adds resize w 1',
    ],
  ],
  [
    'an operation more',
    resize({ w: [1] }),
    { operations: { resize: { w: [1] }, blur: { s: range(1, 50) }, grayscale: {} } },
    ['+ allows operation grayscale: with default values', '+ allows operation blur: s 1–50'],
  ],
  [
    'an operation with two rules',
    {},
    resize([{ w: [1] }, { h: [2] }]),
    ['+ allows operation resize: w 1 | h 2'],
  ],
  [
    'an operation less',
    { operations: { blur: { s: [1] } } },
    {},
    ['- no longer allows operation blur'],
  ],
];

const keys = (active: string, ...accept: readonly string[]) => ({ keys: { active, accept } });

const fieldCases: readonly Case[] = [
  ['a requirement', {}, { require: ['resize'] }, ['- requires resize']],
  ['no requirement', { require: ['resize'] }, {}, ['+ no longer requires resize']],
  ['a preset more', {}, { presets: { thumb: 'resize,w_1' } }, ['+ adds preset thumb = resize,w_1']],
  ['a preset less', { presets: { thumb: 'resize,w_1' } }, {}, ['- removes preset thumb']],
  [
    'another preset',
    { presets: { thumb: 'resize,w_1' } },
    { presets: { thumb: 'resize,w_2' } },
    ['~ changes preset thumb from resize,w_1 to resize,w_2'],
  ],
  [
    'a preset that differs in formats that a URL may name',
    { presets: { thumb: 'frames,n_1__op__quality,q_60__op__format,f_png' } },
    { presets: { thumb: 'quality,q_60__op__format,f_png' } },
    [
      '~ changes preset thumb from frames,n_1__op__quality,q_60__op__format,f_png to quality,q_60__op__format,f_png',
    ],
  ],
  [
    'a preset in another spelling',
    { presets: { thumb: 'format,f_webp__op__quality,q_60' } },
    { presets: { thumb: 'quality,Q_60__op__format,f_webp' } },
    [],
  ],
  [
    'a preset in another format',
    { presets: { thumb: 'quality,q_60__op__format,f_webp' } },
    { presets: { thumb: 'quality,q_60' } },
    ['~ changes preset thumb from quality,q_60__op__format,f_webp to quality,q_60'],
  ],
  ['presets only', {}, { presetsOnly: true }, ['- serves presets only']],
  ['more than presets', { presetsOnly: true }, {}, ['+ no longer serves presets only']],
  [
    'a longer lifetime',
    { urls: { maxLifetime: 3_600 } },
    { urls: { maxLifetime: 604_800 } },
    ['+ raises urls.maxLifetime from 1 h to 7 d'],
  ],
  [
    'a lifetime at all',
    {},
    { urls: { maxLifetime: 90 } },
    ['- lowers urls.maxLifetime from no limit to 90 s'],
  ],
  [
    'ages',
    { cache: { maxAge: 0, sharedMaxAge: 0 } },
    { cache: { maxAge: 1_800, sharedMaxAge: 60 } },
    ['~ raises cache.maxAge from 0 s to 30 min', '~ raises cache.sharedMaxAge from 0 s to 1 min'],
  ],
  [
    'a budget',
    { budget: { rendersPerDay: 100 } },
    { budget: { rendersPerDay: 200 } },
    ['~ budget.rendersPerDay: 100 → 200'],
  ],
  ['no budget', { budget: { rendersPerDay: 100 } }, {}, ['~ budget.rendersPerDay: 100 → left out']],
  [
    'a ceiling',
    { source: { maxFrames: 60 } },
    { source: { maxFrames: 30 } },
    ['- source.maxFrames: 60 → 30'],
  ],
  [
    'types of sources',
    { source: { types: ['jpg', 'png'] } },
    { source: { types: ['jpg', 'gif'] } },
    ['+ adds gif to source.types', '- removes png from source.types'],
  ],
  [
    'an order',
    { auto: { format: ['avif', 'webp'] } },
    { auto: { format: ['webp', 'avif'] } },
    ['~ auto.format: avif, webp becomes webp, avif'],
  ],
  [
    'an entry and an order',
    { auto: { format: ['avif', 'webp'] } },
    { auto: { format: ['webp', 'avif', 'gif'] } },
    ['+ adds gif to auto.format', '~ auto.format: avif, webp becomes webp, avif, gif'],
  ],
  [
    'another kid',
    keys('r1.1', 'r1.1'),
    keys('r1.2', 'r1.1', 'r1.2'),
    ['+ keys: accepts r1.2', '~ keys: signs with r1.2 instead of r1.1'],
  ],
  [
    'a kid less',
    keys('r1.2', 'r1.1', 'r1.2'),
    keys('r1.2', 'r1.2'),
    ['- keys: stops accepting r1.1 (URLs signed with it are refused)'],
  ],
  [
    'fields in the order of the schema',
    {},
    { presetsOnly: true, require: ['blur'], cache: { maxAge: 1 } },
    ['- requires blur', '- serves presets only', '~ lowers cache.maxAge from 1 d to 1 s'],
  ],
];

const silentCases: readonly (readonly [what: string, before: PolicyFields, after: PolicyFields])[] =
  [
    ['values in another order', resize({ w: [1, 2] }), resize({ w: [2, 1, 1] })],
    ['rules in another order', resize([{ w: [1] }, { h: [1] }]), resize([{ h: [1] }, { w: [1] }])],
    ['one rule in a list', resize({ w: [1] }), resize([{ w: [1] }])],
    ['a rule twice', resize({ w: [1] }), resize([{ w: [1] }, { w: [1] }])],
    [
      'a default that is spelled out',
      resize({ w: [1] }),
      resize({ w: [1], limit: [1], m: [null] }),
    ],
    ['a range as a list', resize({ w: range(1, 3) }), resize({ w: [1, 2, 3] })],
    ['a range that ends between', resize({ w: range(1, 9, 5) }), resize({ w: range(1, 6, 5) })],
    [
      'a preset in other words',
      { presets: { a: 'format,f_jpg__op__resize,h_2,w_1' } },
      { presets: { a: 'resize,w_1,h_2__op__format,f_jpg' } },
    ],
    ['keys that are left out and stay', keys('r1.2', 'r1.2'), {}],
    ['defaults of the document', {}, { presetsOnly: false, cache: { maxAge: 86_400 } }],
  ];

describe('the difference between two policies says', () => {
  it.each([...ruleCases, ...fieldCases])('%s', (_what, before, after, texts) => {
    expect(said(policyDiff(policy(before), policy(after)))).toEqual(texts);
  });

  it.each(silentCases)('nothing about %s', (_what, before, after) => {
    expect(policyDiff(policy(before), policy(after))).toEqual([]);
  });

  it('everything that a new tenant allows', () => {
    const limited = { ...resize({ w: [1] }), urls: { maxLifetime: 60 } };
    const after = policy({ ...limited, ...keys('r1.1', 'r1.1') });
    expect(said(policyDiff(undefined, after))).toEqual([
      '+ keys: accepts r1.1',
      '~ keys: signs with r1.1',
      '+ allows operation resize: w 1',
      '- lowers urls.maxLifetime from no limit to 1 min',
    ]);
    expect(policyDiff(undefined, policy({}))).toEqual([]);
  });

  it('where each change is', () => {
    const before = resize([{ h: [9] }, { w: [1, 2] }]);
    const after = { ...resize([{ w: [1, 3] }, { p: [5] }]), source: { maxFrames: 3 } };
    expect(policyDiff(policy(before), policy(after)).map(({ path }) => path)).toEqual([
      'operations.resize.0.w',
      'operations.resize.1.w',
      'operations.resize.1',
      'operations.resize.0',
      'source.maxFrames',
    ]);
  });
});

describe('a field without a rule of its own', () => {
  const later = (fields: PolicyFields): ValidPolicy => ({ ...policy({}), ...fields });
  const diff = (before: PolicyFields, after: PolicyFields): readonly string[] =>
    said(policyDiff(later(before), later(after)));

  it.each([
    [{ fallback: null }, { fallback: 'a.jpg' }, '~ fallback: null → a.jpg'],
    [{}, { reportUntil: '2030-01-01T00:00:00Z' }, /^~ reportUntil: left out → 2030-/],
    [{ snap: false }, { snap: true }, '+ snap: false → true'],
    [{ mode: 'enforce' }, { mode: 'report' }, '+ mode: enforce → report'],
    [{ blocked: [] }, { blocked: ['a/*'] }, '- blocks a/*'],
    [{ blocked: ['a/*'] }, { blocked: [] }, '+ no longer blocks a/*'],
    [{ source: { later: 1 } }, { source: { later: 2 } }, '~ source.later: 1 → 2'],
    [{ urls: {} }, { urls: { grants: false } }, '~ urls.grants: left out → false'],
    [{ urls: { grants: true } }, { urls: { grants: false } }, '- urls.grants: true → false'],
    [
      { urls: { origins: [] } },
      { urls: { origins: ['https://a.example'] } },
      '+ adds https://a.example to urls.origins',
    ],
    [
      { urls: { origins: ['https://a.example'] } },
      { urls: { origins: [] } },
      '- removes https://a.example from urls.origins',
    ],
    [{ source: { deep: { a: [1] } } }, { source: { deep: {} } }, '~ source.deep.a: [1] → left out'],
  ])('is compared all the same: %j and %j', (before, after, text) => {
    expect(diff(before, after)).toEqual([
      typeof text === 'string' ? text : expect.stringMatching(text),
    ]);
  });
});

const some = <T>(...values: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const widths = fc.oneof(
  some<number | null>(null, 10, 20, 30),
  fc.constantFrom(range(10, 30, 10), range(10, 30, 5), range(20, 20), range(10, 25, 10)),
);
const resizeRule = fc.record(
  { m: some('lfit', 'fill', null), w: widths, h: widths, limit: some<number | null>(0, 1, null) },
  { requiredKeys: [] },
);
const rulesOf = (rule: fc.Arbitrary<unknown>) => fc.array(rule, { minLength: 1, maxLength: 3 });
const fields = fc.record(
  {
    operations: fc.record(
      {
        resize: rulesOf(resizeRule),
        flip: rulesOf(fc.record({ d: some('h', 'v') }, { requiredKeys: [] })),
        quality: rulesOf(fc.record({ q: some<number | null>(60, 80, null) })),
        format: rulesOf(fc.record({ f: some('auto', 'jpg', 'src') })),
      },
      { requiredKeys: [] },
    ),
    presets: fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.constantFrom('resize,w_10', 'resize,h_20,w_20', 'resize,w_20,h_20', 'flip,d_h'),
    ),
    require: some('resize', 'flip'),
    presetsOnly: fc.boolean(),
    auto: fc.record({ format: some('avif', 'webp', 'jpg') }),
    source: fc.record({ maxFrames: fc.constantFrom(1, 2) }),
    urls: fc.record({ maxLifetime: fc.constantFrom(null, 60, 3_600) }),
    cache: fc.record({ maxAge: fc.constantFrom(1, 2), sharedMaxAge: fc.constantFrom(0, 1) }),
    budget: fc.record({ rendersPerDay: fc.constantFrom(1, 2) }, { requiredKeys: [] }),
    keys: fc.constantFrom(
      { active: 'r1.1', accept: ['r1.1'] },
      { active: 'r1.2', accept: ['r1.1', 'r1.2'] },
      { active: 'r1.1', accept: ['r1.1', 'r1.2'] },
    ),
  },
  { requiredKeys: ['keys'] },
);

/** Recipes that the policies above may tell apart. */
const recipes = ['', 'm_fill,', 'limit_0,', 'm_fill,limit_0,']
  .flatMap((mode) => [
    ...['10', '15', '20', '25', '30'].flatMap((w) => [
      ...(mode.includes('fill') ? [] : [`resize,${mode}w_${w}`, `resize,${mode}h_${w}`]),
      ...['10', '15', '20', '30'].map((h) => `resize,${mode}w_${w},h_${h}`),
    ]),
  ])
  .flatMap((one) => [one, `${one}__op__flip,d_h`])
  .concat(['flip,d_h', 'flip,d_v', 'quality,q_60', 'format', 'format,f_jpg', 'format,f_avif'])
  .map(recipeOf);

const fieldName = fc.constantFrom(
  ...(['operations', 'presets', 'require', 'presetsOnly', 'auto'] as const),
  ...(['source', 'urls', 'cache', 'keys'] as const),
);

type Outcomes = { readonly more: boolean; readonly less: boolean };

/** Whether the later policy allows what the earlier does not, and the other way round. */
function outcomes(before: Policy, after: Policy): Outcomes {
  const then = recipes.map((recipe) => isAllowed(before, recipe));
  const now = recipes.map((recipe) => isAllowed(after, recipe));
  return {
    more: now.some((answer, at) => answer && then[at] === false),
    less: then.some((answer, at) => answer && now[at] === false),
  };
}

/** What the edge reads besides what it decides recipes by. */
function others({ rules: _rules, presets: _presets, ...rest }: Policy): string {
  return JSON.stringify({ ...rest, presetRecipes: [...rest.presetRecipes].toSorted() });
}

describe('the difference', () => {
  it('between a policy and itself is empty', () => {
    const starter = policy(starterPolicy);
    expect(policyDiff(starter, starter)).toEqual([]);
    fc.assert(
      fc.property(fields, (own) => {
        countCases();
        expect(policyDiff(policy(own), policy(own))).toEqual([]);
      }),
      runs(casesOf({ proof: 3_000, test: 100 })),
    );
  });

  it('is never empty if the edge decides differently', () => {
    fc.assert(
      fc.property(fields, fields, fieldName, (one, two, name) => {
        countCases();
        const before = policy(one);
        const changed = two[name] ?? one[name];
        const after = changed === undefined ? before : policy({ ...one, [name]: changed });
        const [old, now] = [compilePolicy(before), compilePolicy(after)];
        const { more, less } = outcomes(old, now);
        const differs = more || less || others(old) !== others(now);
        expect(differs && policyDiff(before, after).length === 0).toBe(false);
      }),
      runs(casesOf({ proof: 5_000, test: 150 })),
    );
  });

  it('of rules says correctly whether they allow more or less', () => {
    fc.assert(
      fc.property(rulesOf(resizeRule), rulesOf(resizeRule), (one, two) => {
        countCases();
        const [before, after] = [policy(resize(one)), policy(resize(two))];
        const { more, less } = outcomes(compilePolicy(before), compilePolicy(after));
        const kinds = policyDiff(before, after).map(({ kind }) => kind);
        expect(more && kinds.every((kind) => kind === 'narrows')).toBe(false);
        expect(less && kinds.every((kind) => kind === 'widens')).toBe(false);
      }),
      runs(casesOf({ proof: 5_000, test: 150 })),
    );
  });
});
