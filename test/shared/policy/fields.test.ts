import { describe, expect, it } from 'vitest';
import { effects } from '../../../shared/policy/diff/policy-diff.ts';
import { fieldsUnknownTo, policyFields } from '../../../shared/policy/fields.ts';
import { policyIssues } from '../../../shared/policy/issues.ts';
import { starterPolicy } from '../../../shared/policy/starter.ts';

const everything = {
  tenant: 'acme',
  keys: { active: 'r1.1', accept: ['r1.1'] },
  operations: { resize: [{ w: [400] }, { h: { min: 1, max: 2 } }], blur: { s: [3] } },
  require: ['resize'],
  presets: { soft: 'blur,s_3__op__quality,max_9999' },
  presetsOnly: false,
  auto: { format: ['webp'] },
  source: {
    from: 'photos',
    prefix: 'web/',
    types: ['jpg'],
    maxBytes: 1,
    maxPixels: 1,
    maxFrames: 1,
  },
  urls: { maxLifetime: 60, grants: true, origins: ['https://www.example.com'] },
  cache: { maxAge: 0, sharedMaxAge: 0 },
  budget: { rendersPerDay: 1 },
  snap: true,
  blocked: ['a/*'],
  fallback: 'a.jpg',
  mode: 'report',
  reportUntil: '2030-01-01T00:00:00Z',
};

/** Fields whose differences are found by comparing rules, recipes or kids, and fields that only hold others. */
const compared = [
  'tenant',
  'keys',
  'operations',
  'presets',
  'auto',
  'source',
  'urls',
  'cache',
  'budget',
];

const ownFields = policyFields().filter((field) => !field.startsWith('operations.'));

describe('the fields of a policy', () => {
  it.each(ownFields)('%s is in the example of this file', (field) => {
    expect(fieldsUnknownTo([], everything)).toContain(field);
  });

  it.each(ownFields.filter((field) => !compared.includes(field) && !field.startsWith('keys.')))(
    '%s has an effect in shared/policy/diff/policy-diff.ts',
    (field) => {
      expect(Object.keys(effects)).toContain(field);
    },
  );

  it('are all known to this version', () => {
    for (const document of [everything, { tenant: 'acme', ...starterPolicy }]) {
      expect(policyIssues(document)).toEqual([]);
      expect(fieldsUnknownTo(policyFields(), document)).toEqual([]);
    }
  });

  it.each([
    ['snap', ['snap']],
    ['urls.maxLifetime', ['urls.maxLifetime']],
    ['operations.blur', ['operations.blur']],
    ['operations.resize.h', ['operations.resize.h']],
    ['operations.quality.max', ['operations.quality.max']],
  ])('are missed when %s came later', (later, missed) => {
    const older = policyFields().filter((field) => field !== later);
    expect(fieldsUnknownTo(older, everything)).toEqual(missed);
  });
});
