import { PortFailure, seconds } from '../shared/ports.ts';
import { auditVersions } from '../shared/versions/audit.ts';
import { auditKey, policyKey, RecordForged, readRecord } from '../shared/versions/bucket.ts';
import { recordInForce } from '../shared/versions/live.ts';
import { type Publication, publishPolicy } from '../shared/versions/publishing.ts';
import type { PolicyRecord } from '../shared/versions/record.ts';
import { OperatorFailure } from './failure.ts';
import type { Installation } from './target/target.ts';
import { checkTenantName } from './tenant-name.ts';

export type PolicyDocumentText = Readonly<Record<string, unknown>>;

/** Nobody has deleted the tenant, and nothing of it is live. */
export async function isGone(target: Installation, tenant: string): Promise<boolean> {
  const last = (await auditVersions(target, tenant)).at(-1);
  if (last === undefined) return false;
  const stored = await readRecord(target, auditKey(tenant, last));
  return stored !== undefined && stored.record.policy !== null;
}

/** What is to be said where no policy of a tenant is live. */
export async function noTenant(target: Installation, tenant: string): Promise<OperatorFailure> {
  if (!(await isGone(target, tenant)))
    return new OperatorFailure(
      'not_found',
      `there is no tenant ${tenant}; create it with: npx signet tenant create ${tenant}`,
    );
  return new OperatorFailure(
    'damaged_policy',
    `the policy of ${tenant} was removed from the bucket, and nobody has deleted the tenant; ${await repairOf(target, tenant)}`,
  );
}

/** What puts a policy right that cannot be believed: the last version of its trail, published anew. */
export async function repairOf(target: Installation, tenant: string): Promise<string> {
  const last = (await auditVersions(target, tenant)).at(-1);
  const version = last === undefined ? '' : ` ${last}`;
  return `publish it again, or: npx signet policy rollback ${tenant}${version} --reason TEXT`;
}

/** What a publish cannot put right: the trail that it would have to follow. */
const forgedTrail = (thrown: Error, tenant: string): boolean =>
  thrown instanceof RecordForged && thrown.key !== policyKey(tenant);

/** The version that is in force, as it was written. Throws when there is no such tenant. */
export async function liveRecord(
  target: Installation,
  tenant: string,
): Promise<PolicyRecord & { readonly policy: PolicyDocumentText }> {
  checkTenantName(tenant);
  const live = await recordInForce(target, tenant).catch(async (thrown: Error) => {
    if (thrown instanceof PortFailure || forgedTrail(thrown, tenant)) throw thrown;
    const todo = await repairOf(target, tenant);
    throw new OperatorFailure('damaged_policy', `${thrown.message}; ${todo}`);
  });
  const policy = live?.record.policy;
  if (live === undefined || policy === undefined || policy === null)
    throw await noTenant(target, tenant);
  return { ...live.record, policy };
}

/** The root that new kids are derived from: the newest that every function knows by now. */
export async function mintableRoot(target: Installation): Promise<string> {
  return (await target.keyring()).mintable(seconds(target.clock));
}

/**
 * Publishes a change of the live policy. A version that came in between is a conflict: nothing that
 * somebody else has published is lost.
 */
export async function changePolicy(
  target: Installation,
  tenant: string,
  reason: string | undefined,
  change: (live: PolicyRecord & { readonly policy: PolicyDocumentText }) => PolicyDocumentText,
): Promise<Publication> {
  const live = await liveRecord(target, tenant);
  const root = await mintableRoot(target);
  return publishPolicy(target, change(live), { root, reason, expected: live.version });
}
