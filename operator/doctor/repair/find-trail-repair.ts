import { readAnnounced } from '../../../shared/versions/announcing.ts';
import { type PolicyBucket, policyKey, readRecord } from '../../../shared/versions/bucket.ts';
import { tenantNames } from '../../../shared/versions/tenants.ts';
import { planTrailRepair, type TrailRepair } from './trail-repair.ts';
import { readTrailState } from './trail-state.ts';

/**
 * Whether the keys verify anything that is stored. Otherwise they may be the wrong ones, and what they do not verify
 * need not be forged.
 */
export async function doKeysVerify(bucket: PolicyBucket): Promise<boolean> {
  const { fault } = await readAnnounced(bucket);
  if (fault === undefined || fault === 'behind') return true;
  for (const tenant of await tenantNames(bucket.config)) {
    const stored = await readRecord(bucket, policyKey(tenant)).catch(() => undefined);
    if (stored !== undefined) return true;
  }
  return false;
}

/** Plans the repair of a tenant from what its installation has. Throws `PortFailure`. */
export async function findTrailRepair(bucket: PolicyBucket, tenant: string): Promise<TrailRepair> {
  const state = await readTrailState(bucket, tenant);
  return planTrailRepair(state, { areKeysKnown: await doKeysVerify(bucket) });
}

/**
 * The command that repairs a tenant while its installation runs; undefined if nothing is to be repaired, or if it takes
 * more, because objects of the trail cannot be removed.
 */
export function repairCommand({ tenant, steps, last, deleted }: TrailRepair): string | undefined {
  const isStuck = steps.some(({ kind, key }) => kind === 'set_aside' && key.startsWith('audit/'));
  if (steps.length === 0 || isStuck) return undefined;
  return deleted
    ? `npx signet tenant delete ${tenant} --reason TEXT --yes`
    : `npx signet policy rollback ${tenant} ${last} --reason TEXT`;
}
