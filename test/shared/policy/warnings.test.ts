import { describe, expect, it } from 'vitest';
import { starterPolicy } from '../../../shared/policy/starter.ts';
import { validPolicy } from '../../../shared/policy/validation.ts';
import { policyWarnings } from '../../../shared/policy/warnings.ts';

const now = Date.parse('2030-01-01T00:00:00Z');

const warningsOf = (operations: object, more: object = {}) =>
  policyWarnings(validPolicy({ tenant: 'acme', operations, ...more }), now).map(
    ({ path, message }) => `${path} ${message}`,
  );

const dead: readonly [string, object, string][] = [
  ['an angle beyond a full turn', { rotate: { a: [90, 450] } }, 'operations.rotate.0.a allows 450'],
  ['a negative angle', { rotate: { a: [-90, 90] } }, 'operations.rotate.0.a allows -90'],
  [
    'mfit with one side',
    { resize: { m: ['mfit'], w: [400] } },
    'operations.resize.0.m allows mfit',
  ],
  ['fixed with one side', { resize: { m: ['fixed'], w: [9] } }, 'operations.resize.0.w allows 9'],
  [
    'fill without a height',
    { resize: { m: ['fill', 'lfit'], w: [9] } },
    'operations.resize.0.m allows fill',
  ],
  [
    'a colour without pad',
    { resize: { w: [9], color: ['000000'] } },
    'operations.resize.0.color allows 000000',
  ],
  ['a blur that names r', { blur: { r: [3], s: [3] } }, 'operations.blur.0.r allows 3'],
  ['scaling to 100 per cent', { resize: { p: [50, 100] } }, 'operations.resize.0.p allows 100'],
];

describe('the warnings of a policy', () => {
  it.each(dead)('name %s, which no request can use', (_what, operations, expected) => {
    const warnings = warningsOf(operations);
    expect(warnings.some((warning) => warning.startsWith(expected))).toBe(true);
  });

  it('name only values that no request can use', () => {
    expect(warningsOf({ rotate: { a: [90, 450] } })).toHaveLength(1);
    expect(warningsOf({ resize: { w: [null, 400], h: [null, 300] } })).toEqual([]);
  });

  it('find nothing in the starter policy', () => {
    expect(policyWarnings(validPolicy({ tenant: 'acme', ...starterPolicy }), now)).toEqual([]);
  });

  it('name a required operation that no rule allows', () => {
    const require = ['resize', 'quality'];
    expect(warningsOf({ resize: { w: [9] } }, { require })).toEqual([
      'require names quality, which no rule allows, so only presets are served',
    ]);
    expect(warningsOf({ resize: { w: [9] }, quality: { q: [60] } }, { require })).toEqual([]);
  });

  it('name pages that cannot use a cookie, because there are no grants', () => {
    const origins = ['https://www.example.com'];
    expect(warningsOf({}, { urls: { origins, grants: false } })).toEqual([
      'urls.origins has no effect, because urls.grants is false',
    ]);
    expect(warningsOf({}, { urls: { origins } })).toEqual([]);
    expect(warningsOf({}, { urls: { grants: false } })).toEqual([]);
  });

  it('name a report mode that has already ended', () => {
    const report = (reportUntil: string) => warningsOf({}, { mode: 'report', reportUntil });
    expect(report('2030-01-01T00:00:00Z')).toEqual([
      'reportUntil has passed, so the policy is enforced',
    ]);
    expect(report('2030-01-01T00:00:01Z')).toEqual([]);
  });

  it('name a sharedMaxAge of more than half of maxAge', () => {
    const cache = { maxAge: 100, sharedMaxAge: 51 };
    expect(warningsOf({}, { cache })).toEqual([
      expect.stringContaining('cache.sharedMaxAge is more'),
    ]);
    expect(warningsOf({}, { cache: { maxAge: 100, sharedMaxAge: 50 } })).toEqual([]);
  });
});
