import type { PolicyRecord } from '../shared/policy-record.ts';
import { readRecord } from '../shared/stores/audit.ts';
import { policyKey } from '../shared/stores/policies.ts';
import { type Publication, publishPolicy } from '../shared/stores/publishing.ts';
import { CommandFailure } from './failure.ts';
import { checkTenantName } from './signer.ts';
import type { Target } from './target.ts';

export type PolicyDocumentText = Readonly<Record<string, unknown>>;

/** The version that is live, as it was written. Throws when there is no such tenant. */
export async function liveRecord(
  target: Target,
  tenant: string,
): Promise<PolicyRecord & { readonly policy: PolicyDocumentText }> {
  checkTenantName(tenant);
  const live = await readRecord(target, policyKey(tenant)).catch((thrown: Error) => {
    if (thrown.name === 'PortFailure') throw thrown;
    throw new CommandFailure(
      'damaged_policy',
      `${thrown.message}; publish it again, or: npx signet policy rollback ${tenant} --reason TEXT`,
    );
  });
  const policy = live?.record.policy;
  if (live === undefined || policy === undefined || policy === null)
    throw new CommandFailure('not_found', `there is no tenant ${tenant}`);
  return { ...live.record, policy };
}

/** The root that new kids are derived from: the newest that every function knows by now. */
export async function mintableRoot(target: Target): Promise<string> {
  return (await target.keyring()).mintable(Math.floor(target.clock() / 1_000));
}

/**
 * Publishes a change of the live policy. A version that came in between is a conflict: nothing that
 * somebody else has published is lost.
 */
export async function changePolicy(
  target: Target,
  tenant: string,
  reason: string | undefined,
  change: (live: PolicyRecord & { readonly policy: PolicyDocumentText }) => PolicyDocumentText,
): Promise<Publication> {
  const live = await liveRecord(target, tenant);
  const root = await mintableRoot(target);
  return publishPolicy(target, change(live), { root, reason, expected: live.version });
}
