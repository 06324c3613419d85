import { stat } from 'node:fs/promises';
import { compilePolicy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { isTenant } from '../../shared/url/path.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import type { DraftPolicy } from '../policy-files/draft.ts';
import { checkDraft, readPolicySet } from '../policy-files/policy-set.ts';
import type { OpenInstallation } from '../target/target.ts';
import { readEach, throwIfSingle } from '../tenants/fleet.ts';
import {
  type FleetControl,
  quietly,
  type TenantOutcome,
  type TenantSubject,
} from '../tenants/outcomes.ts';
import { checkSelection, isPath, type TenantSelection } from '../tenants/selection.ts';
import { readTenantPolicy } from '../tenants/tenants.ts';
import { type Assumptions, type CostEstimate, costEstimate } from './estimate.ts';
import { type CountLimits, pausedPolicyCost } from './paused-cost.ts';
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

/** A policy to count, from a file or a live one. */
type CountedPolicy = TenantSubject & { readonly policy: ValidPolicy };

/** What a counted policy costs. */
function costOf(
  { tenant, policy }: CountedPolicy,
  cost: PolicyCost,
  assumed: Assumptions,
  max?: bigint,
): PolicyFileCost {
  return {
    tenant,
    cost,
    estimate: costEstimate(cost.derivativesPerSource, assumed),
    verdict: compareWithMax(cost, max),
    reportUntil: policy.mode === 'report' ? policy.reportUntil : undefined,
  };
}

/** An operand that is no file is a tenant, whose live policy is counted. */
async function isTenantOperand(operand: string): Promise<boolean> {
  if (isPath(operand)) return false;
  return stat(operand).then(
    () => false,
    () => isTenant(operand),
  );
}

async function findPolicies(
  open: OpenInstallation,
  { operands, all }: TenantSelection,
): Promise<readonly (CountedPolicy | TenantSubject)[]> {
  if (all) return (await tenantNames((await open()).config)).map((tenant) => ({ tenant }));
  const found = await Promise.all(
    operands.map(async (operand) => {
      if (await isTenantOperand(operand)) return [{ tenant: operand }];
      const files = await readPolicySet([operand]);
      return files.map(({ policy }) => ({ tenant: policy.tenant, policy }));
    }),
  );
  return found.flat();
}

/**
 * Counts the derivatives that policies allow per source, as if they were enforced, and estimates their cost: those in files
 * and folders, or the live ones of tenants. Needs the installation for live ones only. Throws `unreadable_file` or
 * `invalid_policy`.
 */
export async function costOfPolicies(
  open: OpenInstallation,
  selection: TenantSelection,
  { assumed, max }: { readonly assumed: Assumptions; readonly max?: bigint | undefined },
  control: FleetControl = quietly,
): Promise<readonly TenantOutcome<PolicyFileCost>[]> {
  if (selection.all !== (selection.operands.length === 0)) checkSelection(selection);
  const policies = await findPolicies(open, selection);
  const count = async (one: CountedPolicy | TenantSubject): Promise<PolicyFileCost> => {
    const { tenant } = one;
    const policy = 'policy' in one ? one.policy : await readTenantPolicy(open, tenant);
    return costOf({ tenant, policy }, policyCost(compilePolicy(policy)), assumed, max);
  };
  const outcomes = await readEach({}, policies, count, control);
  throwIfSingle(outcomes);
  return outcomes;
}

/** Counts a draft in parts, as `pausedPolicyCost` does. Throws `invalid_policy`. */
export async function costOfDraft(
  draft: DraftPolicy,
  assumed: Assumptions,
  limits: CountLimits,
): Promise<PolicyFileCost> {
  const { policy } = checkDraft(draft);
  const cost = await pausedPolicyCost(compilePolicy(policy), limits);
  return costOf({ tenant: draft.tenant, policy }, cost, assumed);
}
