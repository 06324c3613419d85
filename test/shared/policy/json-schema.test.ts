import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../shared/operations/parameter.ts';
import { rowOf } from '../../../shared/operations/table.ts';
import { policyIssues } from '../../../shared/policy/issues.ts';
import { policyJsonSchema } from '../../../shared/policy/json-schema.ts';
import { policyOperations, policySchema } from '../../../shared/policy/schema.ts';
import { starterPolicy } from '../../../shared/policy/starter.ts';
import { isTenant } from '../../../shared/url/path.ts';
import { isKid } from '../../../shared/url/signature.ts';
import permissive from '../../e2e/permissive-policy.json' with { type: 'json' };
import { spellingOf } from '../recipe/recipes.ts';
import { runs } from '../request/outcome.ts';
import { accepts } from './json-schema.ts';
import { usualFields } from './policies.ts';

const schema = policyJsonSchema();
const valid = (document: unknown): boolean => accepts(schema, document);
const sound = (document: unknown): boolean => policyIssues(document).length === 0;

const acme = { tenant: 'acme', operations: {} };
const rule = (operation: string, one: unknown) => ({
  tenant: 'acme',
  operations: { [operation]: one },
});
const resize = (one: unknown) => rule('resize', one);
const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, 'resize,w_1']));

const good: readonly (readonly [what: string, document: object])[] = [
  ['nothing but the defaults', acme],
  ['presets alone', { tenant: 'acme', presets: { thumb: 'resize,w_1' } }],
  ['the usual', { tenant: 'acme', ...usualFields }],
  ['what a new tenant gets', { tenant: 'acme', ...starterPolicy }],
  ['nearly everything', permissive],
  ['keys', { ...acme, keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } }],
  ['null among values', resize({ w: [null, 8_192] })],
  ['a range of one', resize({ w: { min: 5, max: 5 } })],
  ['canonical colours', resize({ m: ['pad'], w: [1], h: [1], color: ['AABBCC', '00000000'] })],
  ['every operation', { tenant: 'acme', operations: Object.fromEntries(named({})) }],
  ['the longest list', resize({ w: Array.from({ length: 1_000 }, (_, at) => at + 1) })],
  ['no lifetime', { ...acme, urls: { maxLifetime: null } }],
  ['no format for auto', { ...acme, auto: { format: [] } }],
  ['limits of sources', { ...acme, snap: true, blocked: ['a.jpg', 'b/*'], fallback: 'none.png' }],
  ['no fallback', { ...acme, fallback: null }],
  ['a report', { ...acme, mode: 'report', reportUntil: '2030-01-31T12:00:00Z' }],
  ['a hundred presets', { tenant: 'acme', presets: many(100) }],
];

function named(one: object): readonly (readonly [string, object])[] {
  return policyOperations.map((name) => [name, one]);
}

const bad: readonly (readonly [what: string, document: unknown])[] = [
  ['null', null],
  ['a list', [acme]],
  ['no tenant', { operations: {} }],
  ['neither operations nor presets', { tenant: 'acme' }],
  ['no presets in presets', { tenant: 'acme', presets: {} }],
  ['an invalid tenant', { ...acme, tenant: 'Acme' }],
  ['a tenant that is too long', { ...acme, tenant: 'a'.repeat(64) }],
  ['an unknown field', { ...acme, operation: {} }],
  ['the field constructor', { ...acme, constructor: {} }],
  ['an unknown operation', rule('resise', {})],
  ['an operation that needs no rule', rule('version', {})],
  ['an unknown parameter', resize({ maxWidht: [1] })],
  ['a field of urls', { ...acme, urls: { lifetime: 60 } }],
  ['a field of keys', { ...acme, keys: { active: 'r1.1', accept: ['r1.1'], x: 1 } }],
  ['a field of a range', resize({ w: { min: 1, max: 2, by: 1 } })],
  ['a text for a number', resize({ w: ['400'] })],
  ['a fraction', resize({ w: [400.5] })],
  ['a side beyond the ceiling', resize({ w: [100, 8_193] })],
  ['an unknown mode', resize({ m: ['cover'] })],
  ['a colour in small letters', resize({ color: ['aabbcc'] })],
  ['an opaque alpha', resize({ color: ['AABBCCFF'] })],
  ['a format by another name', rule('format', { f: ['jpeg'] })],
  ['a number for the id of a watermark', rule('watermark', { i: [5] })],
  ['a bare value', resize({ w: 400 })],
  ['an empty list of values', resize({ w: [] })],
  ['a list that is too long', resize({ w: Array(1_001).fill(1) })],
  ['an empty list of rules', resize([])],
  ['a list for a rule', resize([[]])],
  ['null for a rule', resize(null)],
  ['null for a preset', { ...acme, presets: { thumb: null } }],
  ['true for a rule', resize(true)],
  ['a range of words', resize({ m: { min: 1, max: 2 } })],
  ['a range without an end', resize({ w: { min: 1 } })],
  ['a range beyond the ceiling', resize({ w: { min: 1, max: 9_999 } })],
  ['a step of nothing', resize({ w: { min: 1, max: 9, step: 0 } })],
  ['a requirement that is no operation', { ...acme, require: ['resise'] }],
  ['a requirement of a free operation', { ...acme, require: ['version'] }],
  ['presetsOnly as a text', { ...acme, presetsOnly: 'false' }],
  ['a preset that is no text', { ...acme, presets: { a: ['resize,w_1'] } }],
  ['a preset with a bad name', { ...acme, presets: { 'a b': 'resize,w_1' } }],
  ['too many presets', { tenant: 'acme', presets: many(101) }],
  ['an automatic format of src', { ...acme, auto: { format: ['src'] } }],
  ['a lifetime of a second', { ...acme, urls: { maxLifetime: 1 } }],
  ['a lifetime as a text', { ...acme, urls: { maxLifetime: '1h' } }],
  ['a negative cache', { ...acme, cache: { sharedMaxAge: -1 } }],
  ['a budget of 0', { ...acme, budget: { rendersPerDay: 0 } }],
  ['larger sources', { ...acme, source: { maxBytes: 1e12 } }],
  ['AVIF as a source', { ...acme, source: { types: ['avif'] } }],
  ['no type of source', { ...acme, source: { types: [] } }],
  ['a list for a group', { ...acme, source: [] }],
  ['snap as a number', { ...acme, snap: 1 }],
  ['a text instead of blocked scopes', { ...acme, blocked: 'a/*' }],
  ['a number among blocked scopes', { ...acme, blocked: [1] }],
  ['a list for a fallback', { ...acme, fallback: ['a.jpg'] }],
  ['a mode of another kind', { ...acme, mode: 'log' }],
  ['a report until some day', { ...acme, mode: 'report', reportUntil: 'soon' }],
  ['no accepted kid', { ...acme, keys: { active: 'r1.1', accept: [] } }],
  ['an invalid kid', { ...acme, keys: { active: 'r1', accept: ['r1'] } }],
  ['the continuation kid', { ...acme, keys: { active: 'r1.0', accept: ['r1.0'] } }],
  ['too many kids', { ...acme, keys: { active: 'r1.1', accept: Array(17).fill('r1.1') } }],
];

describe('the JSON Schema of policies', () => {
  it.each(good)('accepts %s, as publishing does', (_what, document) => {
    expect([sound(document), valid(document)]).toEqual([true, true]);
  });

  it.each(bad)('refuses %s, as publishing does', (_what, document) => {
    expect([sound(document), valid(document)]).toEqual([false, false]);
  });

  it.each([
    ['$schema beside a policy', { $schema: './policy.schema.json', ...acme }],
    ['a base alone', { extends: 'base.json' }],
    ['several bases', { tenant: 'acme', extends: ['a.json', '../b.json'] }],
    ['an operation taken out', { extends: 'base.json', operations: { blur: null } }],
    ['a preset taken out', { extends: 'base.json', presets: { thumb: null } }],
  ])('accepts in a file %s', (_what, document) => expect(valid(document)).toBe(true));

  it.each([
    ['a number for extends', { extends: 5 }],
    ['a number among bases', { extends: ['a.json', 5] }],
    ['another group taken out', { extends: 'a.json', urls: null }],
    ['a parameter taken out', { extends: 'a.json', operations: { resize: { w: null } } }],
    ['a slip beside extends', { extends: 'a.json', operatoins: {} }],
  ])('refuses in a file %s', (_what, document) => expect(valid(document)).toBe(false));
});

/** Nothing but values that the parameter reads, as the document writes them. */
function valuesOf(parameter: Parameter): fc.Arbitrary<unknown> {
  const value = spellingOf(parameter).map((text) => parameter.read(text));
  const list = fc.array(fc.option(value), { minLength: 1, maxLength: 4 });
  const { control } = parameter;
  if (control.control !== 'number') return list;
  const bound = fc.integer({ min: control.min, max: control.max });
  const range = fc
    .tuple(bound, bound, fc.integer({ min: 1, max: 50 }))
    .map(([one, two, step]) => ({ min: Math.min(one, two), max: Math.max(one, two), step }));
  return fc.oneof(list, range);
}

const ruleOf = (name: (typeof policyOperations)[number]): fc.Arbitrary<unknown> => {
  const fields = Object.entries(rowOf(name).parameters).map(([own, parameter]) => [
    own,
    valuesOf(parameter),
  ]);
  const one = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  return fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }));
};

const operations = fc.record(
  Object.fromEntries(policyOperations.map((name) => [name, ruleOf(name)])),
  { requiredKeys: [] },
);

/** A field of the policy format with something that may or may not be right. */
const anyField = fc.tuple(
  fc.constantFrom(...Object.keys(policySchema.entries)),
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(...good.flatMap(([, document]) => Object.values(document))),
  ),
);

describe('what can be published', () => {
  it('is valid under the JSON Schema, with any rules', () => {
    fc.assert(
      fc.property(operations, (own) => {
        const document = { tenant: 'acme', operations: own };
        expect([sound(document), valid(document)]).toEqual([true, true]);
      }),
      runs(200),
    );
  });

  it('is valid under the JSON Schema, with any values of the fields', () => {
    const documents = fc.array(anyField, { maxLength: 4 }).map((all) => Object.fromEntries(all));
    fc.assert(
      fc.property(documents, (fields) => {
        const document = { ...acme, ...fields };
        expect(!sound(document) || valid(document)).toBe(true);
      }),
      runs(1_000),
    );
  });
});

type Part = { readonly [keyword: string]: unknown };

/** Every schema inside the schema, with the name under which it stands. */
function parts(part: Part, name: string): readonly (readonly [string, Part])[] {
  const named = ['properties', 'patternProperties'].flatMap((keyword) =>
    Object.entries((part[keyword] ?? {}) as Readonly<Record<string, Part>>),
  );
  const options = [part['anyOf'], part['items']].flat().filter((one) => one !== undefined);
  const within = [...named, ...options.map((one) => [name, one as Part] as const)];
  return [[name, part], ...within.flatMap(([own, one]) => parts(one, own))];
}

describe('an editor', () => {
  const { anyOf: _forms, ...fields } = schema;
  const all = parts(fields, 'the policy');

  it('sees every field of a policy', () => {
    expect(Object.keys(schema['properties'] as Part)).toEqual(
      expect.arrayContaining(['$schema', 'extends', ...Object.keys(policySchema.entries)]),
    );
  });

  it('marks every misspelled field', () => {
    const objects = all.filter(([, { type }]) => type === 'object');
    expect(objects.length).toBeGreaterThan(50);
    for (const [name, { additionalProperties }] of objects)
      expect({ name, additionalProperties }).toEqual({ name, additionalProperties: false });
  });

  it('has a type for every field', () => {
    const shapeless = all.filter(
      ([, part]) => !['type', 'enum', 'const', 'anyOf'].some((keyword) => keyword in part),
    );
    expect(shapeless.map(([name]) => name)).toEqual([]);
  });

  it('shows the description and the default of a field', () => {
    const documented = all.filter(([, part]) => 'description' in part);
    expect(Object.fromEntries(documented)).toMatchObject({
      presetsOnly: { description: 'Serves presets only', default: false },
      maxAge: { description: 'Seconds for which browsers cache an image', default: 86_400 },
      limit: { description: expect.stringMatching(/^1 never enlarges .* default 1$/) },
      blur: { description: rowOf('blur').summary },
    });
  });
});

describe('a pattern', () => {
  const at = (...names: readonly string[]): string =>
    String(
      names.reduce<Part>((part, name) => (part['properties'] as Part)[name] as Part, schema)[
        'pattern'
      ],
    );
  const tenant = fc.string({ unit: fc.constantFrom('a', 'z', '0', '9', '-', 'A'), maxLength: 66 });
  const kid = fc
    .tuple(fc.constantFrom('r1', 'r', '1r', 'abc', 'R1', `r${'0'.repeat(16)}`), fc.nat(2_000_000))
    .map((all) => all.join('.'));

  it.each([
    ['tenant', at('tenant'), tenant, isTenant],
    ['kid', at('keys', 'active'), kid, (text: string) => isKid(text) && !text.endsWith('.0')],
  ])('of a %s says what its function says', (_what, pattern, texts, is) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(new RegExp(pattern, 'u').test(text)).toBe(is(text));
      }),
      runs(2_000),
    );
  });
});
