import { expect, it } from 'vitest';
import { policyCost } from '../../../operator/cost/policy-cost.ts';
import { compilePolicy } from '../../../shared/policy/policy.ts';
import { starterPolicy } from '../../../shared/policy/starter.ts';
import { validPolicy } from '../../../shared/policy/validation.ts';

it('the starter policy allows at most 500 derivatives per source', () => {
  const policy = compilePolicy(validPolicy({ tenant: 'acme', ...starterPolicy }));
  const { derivativesPerSource, exact } = policyCost(policy);
  expect(exact).toBe(true);
  expect(derivativesPerSource).toBeGreaterThan(100n);
  expect(derivativesPerSource).toBeLessThanOrEqual(500n);
});
