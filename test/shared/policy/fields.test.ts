import { describe, expect, it } from 'vitest';
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
  source: { types: ['jpg'], maxBytes: 1, maxPixels: 1, maxFrames: 1 },
  urls: { maxLifetime: 60 },
  cache: { maxAge: 0, sharedMaxAge: 0 },
  snap: true,
  blocked: ['a/*'],
  fallback: 'a.jpg',
  mode: 'report',
  reportUntil: '2030-01-01T00:00:00Z',
};

describe('the fields of a policy', () => {
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
