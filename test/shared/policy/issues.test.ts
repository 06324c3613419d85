import { describe, expect, it } from 'vitest';
import { parsePolicyText } from '../../../operator/policy-files/policy-text.ts';
import { limits } from '../../../shared/limits.ts';
import { policyIssues } from '../../../shared/policy/issues.ts';
import { policyOperations } from '../../../shared/policy/schema.ts';
import { starterPolicy } from '../../../shared/policy/starter.ts';

/** A sound policy with some fields replaced. */
const policy = (fields: object): object => ({
  tenant: 'acme',
  operations: { resize: { w: [400] } },
  ...fields,
});

const rule = (resize: unknown): object => policy({ operations: { resize } });

const said = (document: unknown): readonly string[] =>
  policyIssues(document).map(({ path, message }) => `${path}: ${message}`);

/** As many rules as a policy may have. */
const manyRules = Object.fromEntries(
  ['crop', 'resize', 'bright', 'contrast', 'saturate'].map((name) => [
    name,
    Array.from({ length: 100 }, () => ({})),
  ]),
);

type Case = readonly [what: string, document: unknown, issue: string];

const bad: readonly Case[] = [
  ['null', null, ': is not a JSON object'],
  ['a list', [policy({})], ': is not a JSON object'],
  ['a text', 'acme', ': is not a JSON object'],
  ['no tenant', { operations: {} }, 'tenant: is missing'],
  ['a number for a tenant', policy({ tenant: 5 }), 'tenant: expects string, not 5'],
  ['a bad tenant name', policy({ tenant: 'Acme' }), 'tenant: is not a tenant name'],
  ['neither operations nor presets', { tenant: 'acme' }, ': needs operations or presets'],
  ['no presets at all', { tenant: 'acme', presets: {} }, ': needs operations or presets'],
  ['an unknown field that resembles none', policy({ colour: 1 }), 'colour: is not a known field'],
  ['a field of every object', policy({ constructor: 1 }), 'constructor: is not a known field'],
  ['a list of operations', policy({ operations: [] }), 'operations: expects an object, not a list'],
  ['a list for urls', policy({ urls: [] }), 'urls: expects an object, not a list'],
  [
    'a number for an operation',
    policy({ operations: { crop: 5 } }),
    'operations.crop: expects object, not 5',
  ],
  [
    'a longer list of rules than a view can compare',
    rule(Array.from({ length: 101 }, () => ({}))),
    'operations.resize: has more than 100 rules; put the values of several rules into one',
  ],
  [
    'more rules than a view can compare',
    policy({ operations: { ...manyRules, blur: {} } }),
    ': has more than 500 rules; put the values of several rules into one',
  ],
  [
    'more formats for auto than there are',
    policy({ auto: { format: ['avif', 'webp', 'jpg', 'png', 'gif', 'avif'] } }),
    'auto.format: expects at most 5 entries, not 6',
  ],
  ['a list without rules', rule([]), 'operations.resize: needs at least one rule'],
  ['a list without values', rule({ w: [] }), 'operations.resize.w: needs at least one value'],
  [
    'a number above its bound',
    rule({ w: [9_000] }),
    'operations.resize.w.0: expects a whole number from 1 to 8192, or null for "left out"',
  ],
  [
    'a number written as text',
    rule([{ h: [100] }, { w: [400, '400'] }]),
    'operations.resize.1.w.1: expects a whole number from 1 to 8192, or null for "left out"',
  ],
  [
    'more values than a list may have',
    rule({ w: Array.from({ length: 1_001 }, (_, at) => at + 1) }),
    'operations.resize.w: expects at most 1000 entries, not 1001',
  ],
  ['a range without an end', rule({ w: { min: 1 } }), 'operations.resize.w.max: is missing'],
  [
    'a range that is upside down',
    rule({ w: { min: 9, max: 3 } }),
    'operations.resize.w: min must not be larger than max',
  ],
  [
    'a range of fractions',
    rule({ w: { min: 1.5, max: 3 } }),
    'operations.resize.w.min: expects a whole number, not 1.5',
  ],
  [
    'a range beyond the ceiling',
    rule({ w: { min: 1, max: 8_193 } }),
    'operations.resize.w.max: expects at most 8192, not 8193',
  ],
  [
    'a step of nothing',
    rule({ w: { min: 1, max: 9, step: 0 } }),
    'operations.resize.w.step: expects at least 1, not 0',
  ],
  [
    'a range of words',
    rule({ m: { min: 1, max: 2 } }),
    'operations.resize.m: expects array, not Object',
  ],
  [
    'a word for a switch',
    policy({ presetsOnly: 'yes' }),
    'presetsOnly: expects boolean, not "yes"',
  ],
  [
    'a preset of an unknown operation',
    policy({ presets: { x: 'resise,w_1' } }),
    'presets.x: there is no operation "resise"; did you mean "resize"?',
  ],
  [
    'a preset that names a preset',
    policy({ presets: { x: 'style,n_y' } }),
    'presets.x: a preset cannot name another preset',
  ],
  ['an empty preset', policy({ presets: { x: '' } }), 'presets.x: there is no operation ""'],
  ['a preset that is no text', policy({ presets: { x: 5 } }), 'presets.x: expects string, not 5'],
  [
    'a preset with a space in its name',
    policy({ presets: { 'a b': 'resize,w_1' } }),
    'presets.a b: expects letters and digits, with single dots, hyphens and underscores between them, and at most 64 characters',
  ],
  [
    'a size above the ceiling',
    policy({ source: { maxBytes: 1e12 } }),
    `source.maxBytes: expects at most ${limits.sourceBytes}, not 1000000000000`,
  ],
  [
    'a short lifetime',
    policy({ urls: { maxLifetime: 5 } }),
    'urls.maxLifetime: expects at least 60, not 5',
  ],
  ['a negative age', policy({ cache: { maxAge: -1 } }), 'cache.maxAge: expects at least 0, not -1'],
  [
    'an endless age',
    policy({ cache: { maxAge: 1e99 } }),
    'cache.maxAge: expects at most 31536000, not 1e+99',
  ],
  [
    'a kid without a generation',
    policy({ keys: { active: 'r1', accept: ['r1'] } }),
    'keys.active: is not written as root.generation, such as r1.1',
  ],
  [
    'the generation of the service itself',
    policy({ keys: { active: 'r1.0', accept: ['r1.0'] } }),
    'keys.active: has generation 0; generations start at 1',
  ],
  [
    'an active kid that is not accepted',
    policy({ keys: { active: 'r1.2', accept: ['r1.1'] } }),
    'keys: accept must include the active kid',
  ],
  [
    'no accepted kids',
    policy({ keys: { active: 'r1.2', accept: [] } }),
    'keys.accept: expects at least 1 entries, not 0',
  ],
];

const misspelled: readonly (readonly [document: object, path: string, meant: string])[] = [
  [policy({ presetOnly: true }), 'presetOnly', 'presetsOnly'],
  [policy({ url: {} }), 'url', 'urls'],
  [policy({ source: { maxbytes: 1 } }), 'source.maxbytes', 'maxBytes'],
  [policy({ urls: { maxLifetme: 60 } }), 'urls.maxLifetme', 'maxLifetime'],
  [policy({ cache: { sharedMaxage: 60 } }), 'cache.sharedMaxage', 'sharedMaxAge'],
  [policy({ keys: { activ: 'r1.1', accept: ['r1.1'] } }), 'keys.activ', 'active'],
  [policy({ operations: { resise: {} } }), 'operations.resise', 'resize'],
  [policy({ operations: { reszie: {} } }), 'operations.reszie', 'resize'],
  [rule({ lmit: [1] }), 'operations.resize.lmit', 'limit'],
  [rule([{ w: [1] }, { colour: ['FFFFFF'] }]), 'operations.resize.1.colour', 'color'],
  [rule({ width: [400] }), 'operations.resize.width', 'w'],
  [rule([{ height: [400] }]), 'operations.resize.0.height', 'h'],
  [policy({ operations: { quality: { quality: [60] } } }), 'operations.quality.quality', 'q'],
  [rule({ w: { min: 1, mx: 2 } }), 'operations.resize.w.mx', 'max'],
  [rule({ m: ['fil'] }), 'operations.resize.m.0', 'fill'],
  [policy({ operations: { format: { f: ['jepg'] } } }), 'operations.format.f.0', 'jpg'],
  [policy({ require: ['qualty'] }), 'require.0', 'quality'],
  [policy({ auto: { format: ['avif', 'wepb'] } }), 'auto.format.1', 'webp'],
  [policy({ source: { types: ['jpeg'] } }), 'source.types.0', 'jpg'],
];

const requirable = policyOperations.filter((name) => name !== 'format');

describe('a policy document', () => {
  it.each([
    ['the starter policy', { tenant: 'acme', ...starterPolicy }],
    ['a rule', policy({})],
    ['a preset alone', { tenant: 'acme', presets: { thumb: 'resize,w_200__op__format,f_auto' } }],
    ['operations that allow nothing', { tenant: 'acme', operations: {} }],
    ['null for "left out"', rule({ w: [null, 400] })],
  ])('is sound with %s', (_what, document) => {
    expect(policyIssues(document)).toEqual([]);
  });

  it.each(bad)('is refused with %s', (_what, document, issue) => {
    expect(said(document)).toContain(issue);
  });

  it.each(misspelled)('%j: %s suggests "%s"', (document, path, meant) => {
    const issue = policyIssues(document).find((one) => one.path === path);
    expect(issue?.message).toMatch(new RegExp(`; did you mean "${meant}"\\?$`));
  });

  it('gets all of its issues at once', () => {
    expect(
      said({
        tenant: 'Acme',
        operatoins: {},
        presets: { x: 'blur', 'a b': 'resize,w_1' },
        require: ['crop', 'nothing'],
        source: { types: [], maxFrames: 0 },
        urls: { maxLifetime: '7d' },
        cache: [],
      }),
    ).toEqual([
      'tenant: is not a tenant name',
      `require.1: expects one of ${requirable.join(', ')}`,
      'presets.a b: expects letters and digits, with single dots, hyphens and underscores between them, and at most 64 characters',
      'source.types: needs at least one type',
      'source.maxFrames: expects at least 1, not 0',
      'urls.maxLifetime: expects number, not "7d"',
      'operatoins: is not a known field; did you mean "operations"?',
      'cache: expects an object, not a list',
      'presets.x: blur needs s',
    ]);
  });

  it('without fields gets both issues at once', () => {
    expect(said({})).toEqual(['tenant: is missing', ': needs operations or presets']);
  });

  it('is refused if it is too large as stored, however short the file is', () => {
    const widths = Array.from({ length: 1_000 }, (_, at) => at + 1_000);
    const document = rule(['w', 'h', 'l', 's', 'w', 'h'].map((side) => ({ [side]: widths })));
    const written = JSON.stringify(document).length;
    expect(written).toBeLessThan(limits.policyBytes);
    expect(said(document)).toEqual([
      expect.stringMatching(/^: is \d+ bytes when stored; the limit is 65536$/),
    ]);
  });

  it.each([
    ['in a field', '{"tenant":"acme","x":@}'],
    ['in a rule', '{"tenant":"acme","operations":{"resize":@}}'],
    ['in a list', '{"tenant":"acme","operations":{"resize":{"w":@}}}'],
  ])('is refused without harm when it is nested 30,000 deep %s', (_where, around) => {
    const parsed = parsePolicyText(around.replace('@', '['.repeat(30_000) + ']'.repeat(30_000)));
    expect('document' in parsed && policyIssues(parsed.document).length).toBeGreaterThan(0);
  });
});

describe('unknown fields', () => {
  it('are all named, not only the first', () => {
    const document = { tenant: 'acme', operations: {}, foo: 1, bar: 2, urls: { grants: 1 } };
    expect(policyIssues(document).map(({ path }) => path)).toEqual(['urls.grants', 'foo', 'bar']);
  });

  it('of a rule are all named with their place', () => {
    const operations = { resize: [{ w: [1] }, { a: [1], z: [2] }] };
    expect(policyIssues({ tenant: 'acme', operations }).map(({ path }) => path)).toEqual([
      'operations.resize.1.a',
      'operations.resize.1.z',
    ]);
  });
});
