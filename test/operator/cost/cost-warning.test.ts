import { describe, expect, it } from 'vitest';
import { demoPolicy } from '../../../local/demo/policy.ts';
import { costWarnings } from '../../../operator/cost/cost-warning.ts';
import { starterPolicy } from '../../../shared/policy/starter.ts';
import { validPolicy } from '../../../shared/policy/validation.ts';

const warningsOf = (fields: object): readonly string[] =>
  costWarnings(validPolicy({ tenant: 'acme', ...fields })).map(
    ({ path, message }) => `${path} ${message}`,
  );

const many = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

/** A hundred ways to resize, with one of them left out, times those of brightness. */
const tenThousand = (b: number) => ({
  operations: { resize: { w: many(99) }, bright: { b: many(b) } },
});

/** Sixty rules that overlap in so many ways that an exact count takes minutes. */
const overlapping = many(60).map((n) => ({
  x: { min: n, max: 4_000 + n * 3, step: 1 + (n % 11) },
  y: { min: n, max: 4_000 + n * 3, step: 1 + (n % 7) },
  w: { min: n, max: 4_000, step: 1 + (n % 9) },
  h: { min: n, max: 4_000, step: 1 + (n % 5) },
}));

describe('a warning about derivatives per source', () => {
  it.each([
    ['the starter policy', starterPolicy],
    ['presets only', { presets: { a: 'resize,w_1', b: 'crop,x_1' }, presetsOnly: true }],
    ['exactly ten thousand', tenThousand(99)],
    ['an operation without combinations', { operations: { resize: {} } }],
  ])('is not given for %s', (_what, fields) => {
    expect(warningsOf(fields)).toEqual([]);
  });

  it('is given for one value more than that', () => {
    expect(warningsOf(tenThousand(100))).toHaveLength(1);
  });

  it('names the operation that multiplies most, and its widest parameters', () => {
    expect(warningsOf(demoPolicy)).toEqual([
      'operations.crop allows 58,049,160 combinations, and the policy more than 10,000 derivatives per source; narrow x and y',
    ]);
  });

  it('names one parameter if only that one has several values', () => {
    const operations = { resize: { w: { min: 1, max: 8_000 } }, format: { f: ['jpg', 'webp'] } };
    expect(warningsOf({ operations })).toEqual([
      'operations.resize allows 8,000 combinations, and the policy more than 10,000 derivatives per source; narrow w',
    ]);
  });

  it('is found without counting how rules overlap', () => {
    expect(warningsOf({ operations: { crop: overlapping } })).toMatchObject([
      expect.stringMatching(
        /^operations\.crop allows [\d,]{9,} combinations, .* narrow [xywh] and/,
      ),
    ]);
  });
});
