import { policyIssues } from '../../shared/policy/issues.ts';
import { compilePolicy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { OperatorFailure } from '../failure.ts';
import { resolvePolicyFile } from '../policy-files/policy-extends.ts';
import { printIssue } from '../policy-files/policy-set.ts';
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

async function readValidPolicy(file: string): Promise<ValidPolicy> {
  const document = await resolvePolicyFile(file);
  const issues = policyIssues(document);
  if (issues.length > 0)
    throw new OperatorFailure(
      'invalid_policy',
      issues.map((issue) => printIssue(file, issue)).join('\n'),
    );
  return validPolicy(document);
}

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
  const document = await readValidPolicy(file);
  const cost = policyCost(compilePolicy(document));
  return {
    tenant: document.tenant,
    cost,
    estimate: costEstimate(cost.derivativesPerSource, assumed),
    verdict: compareWithMax(cost, max),
    reportUntil: document.mode === 'report' ? document.reportUntil : undefined,
  };
}
