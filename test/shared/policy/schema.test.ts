import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { policyIssues } from '../../../shared/policy/issues.ts';
import { readPolicy } from '../../../shared/policy/policy.ts';
import { policyOperations, policySchema } from '../../../shared/policy/schema.ts';
import { sentenceOf } from '../request/outcome.ts';
import { policyText, usualFields } from './policies.ts';

/** The place of the first thing that is wrong; nothing when the document is a policy. */
function faultOf(document: unknown): string | undefined {
  const { success, issues } = v.safeParse(policySchema, document);
  return success ? undefined : (v.getDotPath(issues[0]) ?? 'document');
}

const acme = { tenant: 'acme', operations: {} };
const rule = (operation: string, one: unknown) => ({
  tenant: 'acme',
  operations: { [operation]: one },
});
const resize = (one: unknown) => rule('resize', one);

/** Rules for five operations, `count` of each. */
const rulesOf = (count: number): object =>
  Object.fromEntries(
    ['crop', 'resize', 'bright', 'contrast', 'saturate'].map((name) => [
      name,
      Array.from({ length: count }, () => ({})),
    ]),
  );

const good: readonly (readonly [what: string, document: unknown])[] = [
  ['nothing but the defaults', acme],
  ['presets alone', { tenant: 'acme', presets: { thumb: 'resize,w_1' } }],
  ['everything', { tenant: 'acme', ...usualFields }],
  ['keys', { ...acme, keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } }],
  ['one rule', resize({ w: [1] })],
  ['a list of rules', resize([{ w: [1] }, { h: { min: 1, max: 8_192, step: 10 } }])],
  ['null for a value that may be left out', resize({ w: [null, 8_192] })],
  ['a range of one', resize({ w: { min: 5, max: 5 } })],
  ['a canonical colour', resize({ m: ['pad'], w: [1], h: [1], color: ['AABBCC', '00000000'] })],
  ['the longest list', resize({ w: Array.from({ length: 1_000 }, (_, at) => at + 1) })],
  ['the longest list of rules', resize(Array.from({ length: 100 }, (_, at) => ({ w: [at + 1] })))],
  ['the most rules', { ...acme, operations: rulesOf(100) }],
  ['the shortest lifetime', { ...acme, urls: { maxLifetime: 60 } }],
  ['no lifetime', { ...acme, urls: { maxLifetime: null } }],
  ['pages', { ...acme, urls: { origins: ['https://a.example:8443', 'http://localhost:3000'] } }],
  ['no format for auto', { ...acme, auto: { format: [] } }],
  [
    'the ceilings themselves',
    {
      ...acme,
      source: {
        types: ['gif'],
        maxBytes: limits.sourceBytes,
        maxPixels: limits.sourcePixels,
        maxFrames: limits.sourceFrames,
      },
      cache: { maxAge: 31_536_000, sharedMaxAge: 0 },
      budget: { rendersPerDay: 1_000_000_000 },
    },
  ],
];

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, 'resize,w_1']));

/** What is written, and where the schema says that it is wrong. */
const bad: readonly (readonly [what: string, document: unknown, place: string])[] = [
  // Not a policy.
  ['null', null, 'document'],
  ['a list', [acme], 'tenant'],
  ['a text', 'acme', 'document'],
  ['neither operations nor presets', { tenant: 'acme' }, 'document'],
  ['no presets in presets', { tenant: 'acme', presets: {} }, 'document'],
  ['no tenant', { operations: {} }, 'tenant'],
  ['an invalid tenant', { ...acme, tenant: 'Acme' }, 'tenant'],
  ['a tenant that is a number', { ...acme, tenant: 7 }, 'tenant'],
  ['a tenant of another place', { ...acme, tenant: '../acme' }, 'tenant'],
  // Unknown fields: a slip of the pen must not open or close anything.
  ['an unknown field', { ...acme, operation: {} }, 'operation'],
  ['an unknown operation', rule('resise', {}), 'operations.resise'],
  ['an operation that needs no rule', rule('version', {}), 'operations.version'],
  ['a download, which needs no rule', rule('download', { n: ['a'] }), 'operations.download'],
  ['style as an operation', rule('style', {}), 'operations.style'],
  ['an alias of an operation', rule('auto-orient', {}), 'operations.auto-orient'],
  ['an unknown parameter', resize({ maxWidht: [1] }), 'operations.resize.maxWidht'],
  ['an alias of a parameter', rule('quality', { Q: [60] }), 'operations.quality.Q'],
  ['a ceiling with a slip', { ...acme, source: { maxWidht: 1 } }, 'source.maxWidht'],
  ['a field of urls', { ...acme, urls: { lifetime: 60 } }, 'urls.lifetime'],
  ['a field of cache', { ...acme, cache: { 'max-age': 60 } }, 'cache.max-age'],
  ['a field of auto', { ...acme, auto: { formats: [] } }, 'auto.formats'],
  ['a field of keys', { ...acme, keys: { active: 'r1.1', accept: ['r1.1'], x: 1 } }, 'keys.x'],
  ['a field of a range', resize({ w: { min: 1, max: 2, by: 1 } }), 'operations.resize.w.by'],
  ...['constructor', 'toString', 'hasOwnProperty', 'valueOf'].flatMap((name) => [
    [`the field ${name}`, { ...acme, [name]: {} }, name] as const,
    [`the operation ${name}`, rule(name, {}), `operations.${name}`] as const,
    [`the parameter ${name}`, resize({ [name]: [1] }), `operations.resize.${name}`] as const,
  ]),
  [
    'the field __proto__',
    JSON.parse('{"tenant":"acme","operations":{},"__proto__":{}}'),
    '__proto__',
  ],
  [
    'the operation __proto__',
    JSON.parse('{"tenant":"acme","operations":{"__proto__":{}}}'),
    'operations.__proto__',
  ],
  ['a snap that is no switch', { ...acme, snap: 'yes' }, 'snap'],
  ['an invalid blocked path', { ...acme, blocked: ['/a'] }, 'blocked.0'],
  ['a blocked prefix above', { ...acme, blocked: ['../*'] }, 'blocked.0'],
  ['too many blocked paths', { ...acme, blocked: Array(1_001).fill('a') }, 'blocked'],
  ['a fallback above', { ...acme, fallback: '../a.jpg' }, 'fallback'],
  ['a watermark as a fallback', { ...acme, fallback: '_watermarks/a.png' }, 'fallback'],
  ['another mode', { ...acme, mode: 'off' }, 'mode'],
  ['reporting without an end', { ...acme, mode: 'report' }, 'document'],
  ['an end that is no time', { ...acme, reportUntil: 'tomorrow' }, 'reportUntil'],
  ['reportUntil', { ...acme, reportUntil: 1 }, 'reportUntil'],
  ['grants that are no switch', { ...acme, urls: { grants: 1 } }, 'urls.grants'],
  // Values that no canonical recipe could have.
  ['a text for a number', resize({ w: ['400'] }), 'operations.resize.w.0'],
  ['a fraction', resize({ w: [400.5] }), 'operations.resize.w.0'],
  ['zero', resize({ w: [0] }), 'operations.resize.w.0'],
  ['a side beyond the ceiling', resize({ w: [100, 8_193] }), 'operations.resize.w.1'],
  ['NaN', resize({ w: [Number.NaN] }), 'operations.resize.w.0'],
  ['infinity', resize({ w: [Number.POSITIVE_INFINITY] }), 'operations.resize.w.0'],
  ['eight digits', rule('crop', { x: [12_345_678] }), 'operations.crop.x.0'],
  ['a boolean', resize({ limit: [true] }), 'operations.resize.limit.0'],
  ['an unknown mode', resize({ m: ['cover'] }), 'operations.resize.m.0'],
  ['a mode in capitals', resize({ m: ['FILL'] }), 'operations.resize.m.0'],
  ['a colour in small letters', resize({ color: ['aabbcc'] }), 'operations.resize.color.0'],
  ['an opaque alpha', resize({ color: ['AABBCCFF'] }), 'operations.resize.color.0'],
  ['a colour of digits as a number', resize({ color: [112_233] }), 'operations.resize.color.0'],
  ['a quality of 101', rule('quality', { q: [101] }), 'operations.quality.q.0'],
  ['a format that is not made', rule('format', { f: ['heic'] }), 'operations.format.f.0'],
  ['a format by another name', rule('format', { f: ['jpeg'] }), 'operations.format.f.0'],
  ['a list of lists', resize({ w: [[1]] }), 'operations.resize.w.0'],
  // Rules of the wrong shape.
  ['a bare value', resize({ w: 400 }), 'operations.resize.w'],
  ['an empty list of values', resize({ w: [] }), 'operations.resize.w'],
  ['a list that is too long', resize({ w: Array(1_001).fill(1) }), 'operations.resize.w'],
  ['an empty list of rules', resize([]), 'operations.resize'],
  ['null for a rule', resize(null), 'operations.resize'],
  ['true for a rule', resize(true), 'operations.resize'],
  ['a range of words', resize({ m: { min: 1, max: 2 } }), 'operations.resize.m'],
  ['a range of colours', resize({ color: { min: 1, max: 2 } }), 'operations.resize.color'],
  ['a range upside down', resize({ w: { min: 9, max: 1 } }), 'operations.resize.w'],
  ['a range without an end', resize({ w: { min: 1 } }), 'operations.resize.w.max'],
  ['a range beyond the ceiling', resize({ w: { min: 1, max: 9_999 } }), 'operations.resize.w.max'],
  ['a range below the floor', resize({ w: { min: 0, max: 9 } }), 'operations.resize.w.min'],
  ['a step of nothing', resize({ w: { min: 1, max: 9, step: 0 } }), 'operations.resize.w.step'],
  ['a step backwards', resize({ w: { min: 1, max: 9, step: -1 } }), 'operations.resize.w.step'],
  ['half a step', resize({ w: { min: 1, max: 9, step: 0.5 } }), 'operations.resize.w.step'],
  // The rest of the document.
  ['a requirement that is no operation', { ...acme, require: ['resise'] }, 'require.0'],
  ['a requirement of a free operation', { ...acme, require: ['version'] }, 'require.0'],
  ['presetsOnly as a text', { ...acme, presetsOnly: 'false' }, 'presetsOnly'],
  ['presetsOnly as a number', { ...acme, presetsOnly: 0 }, 'presetsOnly'],
  ['a preset that is no text', { ...acme, presets: { a: ['resize,w_1'] } }, 'presets.a'],
  ['a preset with a bad name', { ...acme, presets: { 'a b': 'resize,w_1' } }, 'presets.a b'],
  ['a preset that begins with _', { ...acme, presets: { _a: 'resize,w_1' } }, 'presets._a'],
  ['a preset that ends with -', { ...acme, presets: { 'a-': 'resize,w_1' } }, 'presets.a-'],
  ['a preset with __', { ...acme, presets: { a__b: 'resize,w_1' } }, 'presets.a__b'],
  [
    'a preset with a name of 65 letters',
    { ...acme, presets: { ['a'.repeat(65)]: 'resize,w_1' } },
    `presets.${'a'.repeat(65)}`,
  ],
  ['a preset without a name', { ...acme, presets: { '': 'resize,w_1' } }, 'presets.'],
  ['too many presets', { ...acme, presets: many(101) }, 'presets'],
  ['an automatic format of auto', { ...acme, auto: { format: ['auto'] } }, 'auto.format.0'],
  ['an automatic format of src', { ...acme, auto: { format: ['src'] } }, 'auto.format.0'],
  ['a lifetime of a second', { ...acme, urls: { maxLifetime: 1 } }, 'urls.maxLifetime'],
  ['a lifetime of nothing', { ...acme, urls: { maxLifetime: 0 } }, 'urls.maxLifetime'],
  ['a lifetime of centuries', { ...acme, urls: { maxLifetime: 1e10 } }, 'urls.maxLifetime'],
  ['a lifetime as a text', { ...acme, urls: { maxLifetime: '1h' } }, 'urls.maxLifetime'],
  ['a cache of two years', { ...acme, cache: { maxAge: 63_072_000 } }, 'cache.maxAge'],
  ['a negative cache', { ...acme, cache: { sharedMaxAge: -1 } }, 'cache.sharedMaxAge'],
  ['a budget of 0', { ...acme, budget: { rendersPerDay: 0 } }, 'budget.rendersPerDay'],
  ['half a render', { ...acme, budget: { rendersPerDay: 0.5 } }, 'budget.rendersPerDay'],
  ['a budget as text', { ...acme, budget: { rendersPerDay: '5' } }, 'budget.rendersPerDay'],
  ['an unknown budget', { ...acme, budget: { viewsPerDay: 5 } }, 'budget.viewsPerDay'],
  // Nothing widens the ceilings.
  ['larger sources', { ...acme, source: { maxBytes: limits.sourceBytes + 1 } }, 'source.maxBytes'],
  ['more pixels', { ...acme, source: { maxPixels: limits.sourcePixels + 1 } }, 'source.maxPixels'],
  ['more frames', { ...acme, source: { maxFrames: limits.sourceFrames + 1 } }, 'source.maxFrames'],
  ['no bytes at all', { ...acme, source: { maxBytes: 0 } }, 'source.maxBytes'],
  ['AVIF as a source', { ...acme, source: { types: ['avif'] } }, 'source.types.0'],
  ['SVG as a source', { ...acme, source: { types: ['jpg', 'svg'] } }, 'source.types.1'],
  ['no type of source', { ...acme, source: { types: [] } }, 'source.types'],
  // Keys.
  ['no accepted kid', { ...acme, keys: { active: 'r1.1', accept: [] } }, 'keys.accept'],
  [
    'an active kid that is not accepted',
    { ...acme, keys: { active: 'r1.2', accept: ['r1.1'] } },
    'keys',
  ],
  ['an invalid kid', { ...acme, keys: { active: 'r1', accept: ['r1'] } }, 'keys.active'],
  ['the continuation kid', { ...acme, keys: { active: 'r1.0', accept: ['r1.0'] } }, 'keys.active'],
  [
    'a continuation kid beside',
    { ...acme, keys: { active: 'r1.1', accept: ['r1.1', 'r1.0'] } },
    'keys.accept.1',
  ],
  [
    'too many kids',
    { ...acme, keys: { active: 'r1.1', accept: Array(17).fill('r1.1') } },
    'keys.accept',
  ],
];

describe('a policy may have', () => {
  it.each(good)('%s', (_what, document) => expect(faultOf(document)).toBeUndefined());
});

describe('a policy may not have', () => {
  it.each(bad)('%s', (_what, document, place) => expect(faultOf(document)).toBe(place));
});

describe('a policy', () => {
  it('can name every operation that is not free', () => {
    expect(policyOperations).not.toContain('version');
    for (const name of policyOperations) expect(faultOf(rule(name, {}))).toBeUndefined();
  });

  it('has useful defaults', () => {
    expect(v.parse(policySchema, acme)).toEqual({
      ...acme,
      require: [],
      presets: {},
      presetsOnly: false,
      auto: { format: ['avif', 'webp'] },
      source: {
        types: ['jpg', 'png', 'webp', 'gif'],
        maxBytes: 52_428_800,
        maxPixels: 50_000_000,
        maxFrames: 200,
      },
      urls: { maxLifetime: null, grants: true, origins: [] },
      cache: { maxAge: 86_400, sharedMaxAge: 43_200 },
      budget: {},
      snap: false,
      blocked: [],
      fallback: null,
      mode: 'enforce',
    });
  });
});

describe('a stored policy is read', () => {
  it('only if it names the right tenant', () => {
    expect(readPolicy('acme', policyText(usualFields)).tenant).toBe('acme');
    const sentence = sentenceOf(() => readPolicy('shop', policyText(usualFields)));
    expect(sentence).toBe('policy shop is unusable: its tenant is acme');
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['a slip', policyText({ operations: {}, maxWidht: 1 })],
    ['an invalid preset', policyText({ presets: { a: 'resize' } })],
    ['a preset that names a preset', policyText({ presets: { a: 'style,n_a' } })],
    ['a preset beyond the ceilings', policyText({ presets: { a: 'resize,w_9000' } })],
    ['a preset with an unknown operation', policyText({ presets: { a: 'constructor' } })],
  ])('and refused when it is %s', (_what, text) => {
    expect(sentenceOf(() => readPolicy('acme', text))).not.toBe('');
  });
});

describe('names and rules that valibot would drop silently', () => {
  it.each(['constructor', 'prototype', '__proto__'])('refuse a preset called %s', (name) => {
    const document: unknown = JSON.parse(
      `{"tenant":"acme","operations":{},"presets":{"${name}":"resize,w_100"}}`,
    );
    expect(policyIssues(document).map(({ path }) => path)).toContain(`presets.${name}`);
  });

  it('refuse a list in place of a rule', () => {
    const document = { tenant: 'acme', operations: { resize: [[]] } };
    expect(policyIssues(document)).toEqual([
      { path: 'operations.resize.0', message: 'expects a rule, not a list' },
    ]);
  });
});
