import { PortFailure, seconds } from '../../shared/ports.ts';
import { auditVersions } from '../../shared/versions/audit.ts';
import {
  auditKey,
  policyKey,
  RecordForged,
  readRecord,
  type StoredRecord,
} from '../../shared/versions/bucket.ts';
import { readLive } from '../../shared/versions/live.ts';
import { type Publication, publishPolicy } from '../../shared/versions/publishing.ts';
import { type Maker, makerOf, type PolicyRecord } from '../../shared/versions/record.ts';
import { findTrailRepair, repairCommand } from '../doctor/repair/find-trail-repair.ts';
import { OperatorFailure } from '../failure.ts';
import type { Installation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';

export type PolicyDocumentText = Readonly<Record<string, unknown>>;

/** Whether a tenant has no live policy although it was never deleted. */
export async function isPolicyLost(installation: Installation, tenant: string): Promise<boolean> {
  const last = await readLastVersion(installation, tenant);
  return last !== undefined && last.record.policy !== null;
}

/** Explains why a tenant has no live policy: it does not exist, or its policy was removed. */
export async function missingTenant(
  installation: Installation,
  tenant: string,
): Promise<OperatorFailure> {
  if (!(await isPolicyLost(installation, tenant)))
    return new OperatorFailure(
      'not_found',
      `there is no tenant ${tenant}; create it with: npx signet tenant create ${tenant}`,
    );
  const todo = await adviseRepair(installation, tenant);
  return new OperatorFailure(
    'damaged_policy',
    `the policy of ${tenant} was removed from the bucket, but the tenant was not deleted; ${todo}`,
  );
}

/** The newest version in a tenant's audit trail; undefined without a trail. Throws `RecordForged`. */
export async function readLastVersion(
  installation: Installation,
  tenant: string,
): Promise<StoredRecord | undefined> {
  const last = (await auditVersions(installation, tenant)).at(-1);
  return last === undefined ? undefined : readRecord(installation, auditKey(tenant, last));
}

/** How to repair a policy that cannot be trusted. */
async function adviseRepair(installation: Installation, tenant: string): Promise<string> {
  const command = repairCommand(await findTrailRepair(installation, tenant));
  return command === undefined
    ? `npx signet doctor ${tenant} says how to repair it`
    : `publish it again, or: ${command}`;
}

/** A forged trail cannot be repaired by publishing, because the next version would continue it. */
const isTrailForged = (thrown: Error, tenant: string): boolean =>
  thrown instanceof RecordForged && thrown.key !== policyKey(tenant);

/** A live version as it was written, and what it was made from. */
export type LiveRecord = PolicyRecord & {
  readonly policy: PolicyDocumentText;
  readonly maker: Maker;
};

/** The live version of a tenant; undefined without one. Throws `damaged_policy` or `damaged_trail`. */
export async function readLiveVersion(
  installation: Installation,
  tenant: string,
): Promise<StoredRecord | undefined> {
  return readLive(installation, tenant).catch(async (thrown: Error) => {
    if (thrown instanceof PortFailure || isTrailForged(thrown, tenant)) throw thrown;
    const todo = await adviseRepair(installation, tenant);
    throw new OperatorFailure('damaged_policy', `${thrown.message}; ${todo}`);
  });
}

/** The live version as it was written. Throws `not_found`, `damaged_policy` or `damaged_trail`. */
export async function liveRecord(installation: Installation, tenant: string): Promise<LiveRecord> {
  checkTenantName(tenant);
  const live = await readLiveVersion(installation, tenant);
  const policy = live?.record.policy;
  if (live === undefined || policy === undefined || policy === null)
    throw await missingTenant(installation, tenant);
  return { ...live.record, policy, maker: makerOf(live.text) };
}

/** The root key that new kids are derived from: the newest one that every function has loaded. */
export async function mintableRoot(installation: Installation): Promise<string> {
  return (await installation.keyring()).mintable(seconds(installation.clock));
}

/**
 * Publishes a change of the live policy's keys or takedowns. The rest stays, so what was made from a file still is.
 * If another version was published in between, it throws `conflict`, so no other change is lost.
 */
export async function changePolicy(
  installation: Installation,
  tenant: string,
  reason: string | undefined,
  change: (live: LiveRecord) => PolicyDocumentText,
): Promise<Publication> {
  const live = await liveRecord(installation, tenant);
  const root = await mintableRoot(installation);
  const { version: expected, maker } = live;
  return publishPolicy(installation, change(live), { root, reason, expected, maker });
}
