import { compilePolicy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { PolicyInvalid, validPolicy } from '../../shared/policy/validation.ts';
import { OperatorFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import { resolvePolicyFile } from '../policy-files/policy-extends.ts';
import type { OpenInstallation } from '../target/target.ts';
import type { Sides } from './decision.ts';

export type ReplayPolicies = {
  /** The file of the policy that would be published. */
  readonly policy: string;
  /** The file to compare it with; without it, the live policy. */
  readonly against: string | undefined;
};

/** `setsBlocked`: whether the file itself lists blocked scopes. */
type Candidate = ValidPolicy & { readonly setsBlocked: boolean };

async function readCandidate(file: string): Promise<Candidate> {
  const { document } = await resolvePolicyFile(file);
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
  const document = await readCandidate(file);
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
export async function readSides(
  open: OpenInstallation,
  { policy, against }: ReplayPolicies,
): Promise<Sides> {
  const document = await readCandidate(policy);
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
