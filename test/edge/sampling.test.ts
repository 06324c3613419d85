import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../edge/log-line.ts';
import { createSampler } from '../../edge/sampling.ts';

const start = Date.parse('2026-07-01T00:00:00Z');
const rates = { allowedOneIn: 10, unverifiedOneIn: 100, refusedOneIn: 100 };
const view: LogLine = {
  function: 'viewer-request',
  requestId: 'id',
  outcome: 'allowed',
  level: 'info',
  tenant: 'acme',
  kid: 'r1.1',
};
const refused: LogLine = { ...view, outcome: 'denied_value', level: 'warn' };
const failed: LogLine = { ...view, outcome: 'unavailable', level: 'error' };

/** A sampler with a clock to set. Its random numbers are distributed evenly, so sums are exact. */
function startSampler(random?: () => number) {
  let now = start;
  let at = 0;
  const even = (): number => {
    at += 1;
    return (at % 100) / 100;
  };
  const sample = createSampler({ ...rates, clock: () => now, random: random ?? even });
  return {
    sample,
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
    /** The weights of the written lines among many like this one. */
    weights: (line: LogLine, verified: boolean, many: number): readonly number[] =>
      Array.from({ length: many }, () => sample(line, verified)).filter((weight) => weight > 0),
  };
}

const never = (): number => 0.999;
const sum = (weights: readonly number[]): number => weights.reduce((all, one) => all + one, 0);

describe('the lines of allowed views', () => {
  it('are one in ten, and each counts for ten', () => {
    const { sample, weights } = startSampler();
    expect(sample(view, true)).toBe(1);
    const written = weights(view, true, 10_000);
    expect(new Set(written)).toEqual(new Set([10]));
    expect(sum(written)).toBe(10_000);
  });

  it('contain the first use of each kid in each hour', () => {
    const { sample, wait } = startSampler(never);
    const other = { ...view, kid: 'r1.2' };
    const elsewhere = { ...view, tenant: 'globex' };
    for (const line of [view, other, elsewhere]) expect(sample(line, true)).toBe(1);
    for (const line of [view, other, elsewhere]) expect(sample(line, true)).toBe(0);
    wait(3_600_000);
    expect(sample(view, true)).toBe(1);
    expect(sample(view, true)).toBe(0);
  });

  it('know 5,000 kids at most, and write a forgotten one again', () => {
    const { sample } = startSampler(never);
    for (let at = 0; at < 5_001; at += 1)
      expect(sample({ ...view, tenant: `t${at}` }, true)).toBe(1);
    expect(sample({ ...view, tenant: 't5000' }, true)).toBe(0);
    expect(sample({ ...view, tenant: 't0' }, true)).toBe(1);
  });
});

describe('the lines of refused requests', () => {
  it.each([
    ['with a valid signature', refused, true],
    ['because of a failure', failed, true],
    ['because of a failure before the signature was verified', failed, false],
    ['if the policy only reports', { ...view, reported: 'denied_value' }, true],
  ])('%s are ten in a second, then one in a hundred', (_what, line, verified) => {
    const { weights, wait } = startSampler();
    const written = weights(line, verified, 10_010);
    expect(written.slice(0, 10)).toEqual(Array(10).fill(1));
    expect(new Set(written.slice(10))).toEqual(new Set([100]));
    expect(sum(written)).toBe(10_010);
    wait(1_000);
    expect(weights(line, verified, 10)).toEqual(Array(10).fill(1));
  });

  it('without a valid signature are one in a hundred, and do not use up the ten', () => {
    const { weights } = startSampler();
    const forged: LogLine = { ...view, outcome: 'forbidden', level: 'warn' };
    const written = weights(forged, false, 10_000);
    expect(new Set(written)).toEqual(new Set([100]));
    expect(sum(written)).toBe(10_000);
    expect(weights(refused, true, 10)).toEqual(Array(10).fill(1));
  });
});

describe('the lines of origin-response', () => {
  const made: LogLine = { ...view, function: 'origin-response', kid: undefined };

  it('contain every render', () => {
    const { weights } = startSampler(never);
    expect(weights({ ...made, outcome: 'rendered' }, true, 1_000)).toEqual(Array(1_000).fill(1));
  });

  it('contain one in ten answers with a stored derivative', () => {
    const { weights } = startSampler();
    expect(sum(weights({ ...made, outcome: 'stored' }, true, 1_000))).toBe(1_000);
  });
});

describe('the sum of the weights', () => {
  it('is right on average for any mix of requests', () => {
    const mix = fc.array(
      fc.record({ line: fc.constantFrom(view, refused, failed), verified: fc.boolean() }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(mix, fc.nat(3_000), (requests, pause) => {
        // Each line is asked for with every random number, so the mean is exact.
        const samplers = Array.from({ length: 100 }, (_, at) => startSampler(() => at / 100));
        for (const { line, verified } of requests) {
          const total = sum(samplers.map(({ sample }) => sample(line, verified)));
          expect(total).toBe(100);
          for (const { wait } of samplers) wait(pause);
        }
      }),
      { seed: 16, numRuns: 100 },
    );
  });
});
