import { expect, it } from 'vitest';
import { measureDecisions } from '../../../bench/edge/decision-time.ts';

it('measures decisions by whether the policy was compiled, in memory or read', async () => {
  const few = await measureDecisions(10, 400);
  expect(few.unpackedShare).toBe(0);
  // Each tenant is read once at most.
  expect(few.readShare).toBeLessThanOrEqual(10 / 400);
  expect(few.compiled).toBeGreaterThan(0);
  const many = await measureDecisions(2_000, 2_000);
  expect(many.readShare).toBeGreaterThan(0);
  expect(many.unpackedShare).toBeGreaterThan(0);
  expect(many.readShare + many.unpackedShare).toBeLessThan(1);
  expect(many.read).toBeGreaterThan(0);
});
