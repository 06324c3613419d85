import { compilePolicy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { PolicyInvalid, validPolicy } from '../../shared/policy/validation.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import type { DraftPolicy } from '../policy-files/draft.ts';
import {
  type ResolvedPolicy,
  resolvePolicies,
  resolvePolicyFile,
} from '../policy-files/policy-extends.ts';
import { checkDraft } from '../policy-files/policy-set.ts';
import type { OpenInstallation } from '../target/target.ts';
import { readEach, throwIfSingle } from '../tenants/fleet.ts';
import { quietly, type TenantOutcome } from '../tenants/outcomes.ts';
import type { TenantSelection } from '../tenants/selection.ts';
import type { Sides } from './decision.ts';
import { readLiveSides } from './live-sides.ts';

export type ReplayPolicies = {
  /**
   * The files and folders of the policies that would be published, or a draft of one, or the tenants whose live policies are
   * compared with the versions before them.
   */
  readonly policies: readonly string[] | DraftPolicy | TenantSelection;
  /** The file to compare with, for one policy; without it, the live policies. */
  readonly against: string | undefined;
};

/** `setsBlocked`: whether the file itself lists blocked scopes. */
type Candidate = ValidPolicy & { readonly setsBlocked: boolean };

function checkCandidate({ file, document }: ResolvedPolicy): Candidate {
  try {
    return { ...validPolicy(document), setsBlocked: Object.hasOwn(document, 'blocked') };
  } catch (thrown) {
    if (!(thrown instanceof PolicyInvalid)) throw thrown;
    const [{ path, message } = { path: '', message: 'is invalid' }] = thrown.issues;
    throw new OperatorFailure(
      'invalid_policy',
      `${file}: ${path || 'the policy'} ${message}; see every issue with: npx signet policy validate ${file}`,
    );
  }
}

/** A file without keys does not say which kids are accepted, so it refuses no kid. */
async function readBefore(file: string, tenant: string): Promise<Sides['before']> {
  const document = checkCandidate(await resolvePolicyFile(file));
  if (document.tenant !== tenant)
    throw new OperatorFailure(
      'invalid_policy',
      `${file} is a policy of ${document.tenant}, not of ${tenant}`,
    );
  return { policy: compilePolicy(document), knowsKids: document.keys !== undefined };
}

/**
 * The policy before, and the policy after as publishing would store it: without `keys` or `blocked`
 * in the file, those of the policy before stay.
 */
async function readSidesOf(
  open: OpenInstallation,
  document: Candidate,
  against: string | undefined,
): Promise<Sides> {
  const { tenant, keys, setsBlocked } = document;
  const before =
    against === undefined
      ? { policy: await policyOf(await open(), tenant), knowsKids: true }
      : await readBefore(against, tenant);
  const { active, accept } = keys ?? before.policy.keys;
  const blocked = [...(setsBlocked ? document : before.policy).blocked];
  const after = compilePolicy({ ...document, blocked, keys: { active, accept: [...accept] } });
  return { before, after: { policy: after, knowsKids: keys !== undefined || before.knowsKids } };
}

/**
 * The policies before and after of each tenant: of files, or else of live tenants. A tenant without a live policy, or with a damaged one, is an outcome of its
 * own. Throws `invalid_policy`, `unreadable_file` or `usage`.
 */
export async function readSides(
  open: OpenInstallation,
  { policies, against }: ReplayPolicies,
): Promise<readonly TenantOutcome<Sides>[]> {
  if ('operands' in policies) return readLiveSides(open, policies);
  const resolved = 'text' in policies ? [checkDraft(policies)] : await resolvePolicies(policies);
  const candidates = resolved.map(checkCandidate);
  if (candidates.length > 1 && against !== undefined)
    throw usageFailure('--against works with one policy only');
  const names = candidates.map(({ tenant }) => tenant);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined)
    throw new OperatorFailure('invalid_policy', `more than one file is a policy of ${twice}`);
  const read = (candidate: Candidate) => readSidesOf(open, candidate, against);
  const outcomes = await readEach({}, candidates, read, quietly);
  throwIfSingle(outcomes);
  return outcomes;
}
