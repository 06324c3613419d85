import { compilePolicy } from '../../shared/policy/policy.ts';
import { resolvePolicyFile } from '../policy-files/policy-extends.ts';
import { checkResolved } from '../policy-files/policy-set.ts';
import { type Assumptions, type CostEstimate, costEstimate } from './estimate.ts';
import { type PolicyCost, policyCost } from './policy-cost.ts';

/** `maybe_above`: the count is a lower bound within the maximum, so the true count may be above it. */
export type MaxVerdict = 'within' | 'above' | 'maybe_above';

export type PolicyFileCost = {
  readonly tenant: string;
  readonly cost: PolicyCost;
  readonly estimate: CostEstimate;
  /** Only if a maximum was given. */
  readonly verdict: MaxVerdict | undefined;
  /** Until when the policy only reports, as ISO 8601; undefined for a policy that is enforced. */
  readonly reportUntil: string | undefined;
};

function compareWithMax(
  { derivativesPerSource, exact }: PolicyCost,
  max: bigint | undefined,
): MaxVerdict | undefined {
  if (max === undefined) return undefined;
  if (derivativesPerSource > max) return 'above';
  return exact ? 'within' : 'maybe_above';
}

/**
 * Counts the derivatives that the policy in a file allows per source, as if it were enforced, and
 * estimates their cost. Throws `unreadable_file` or `invalid_policy`.
 */
export async function costOfFile(
  file: string,
  assumed: Assumptions,
  max?: bigint,
): Promise<PolicyFileCost> {
  const { policy } = checkResolved(await resolvePolicyFile(file));
  const cost = policyCost(compilePolicy(policy));
  return {
    tenant: policy.tenant,
    cost,
    estimate: costEstimate(cost.derivativesPerSource, assumed),
    verdict: compareWithMax(cost, max),
    reportUntil: policy.mode === 'report' ? policy.reportUntil : undefined,
  };
}
