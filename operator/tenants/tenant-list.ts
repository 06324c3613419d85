import { compilePolicy } from '../../shared/policy/policy.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { policyCost } from '../cost/policy-cost.ts';
import { countStepsQuickly } from '../cost/step-count.ts';
import { type LiveRecord, liveRecord } from '../policies/policy-change.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { readEach } from './fleet.ts';
import { type FleetControl, quietly, type TenantOutcome, type TenantSubject } from './outcomes.ts';

/** A tenant in one row. Times are ISO 8601. */
export type TenantRow = {
  readonly tenant: string;
  readonly version: number;
  readonly kid: string;
  /** Since when the kid signs; null if the trail does not say it. */
  readonly kidSince: string | null;
  readonly mode: 'enforce' | 'report';
  /** The number of blocked scopes. */
  readonly blocked: number;
  readonly changedAt: string;
  readonly changedBy: string;
  /** How many derivatives of one source the policy allows. */
  readonly derivativesPerSource: bigint;
  /** Whether that number is exact; otherwise it is a lower bound. */
  readonly exact: boolean;
};

const activeKid = ({ policy }: { readonly policy: LiveRecord['policy'] | null }): unknown =>
  (policy?.['keys'] as { readonly active?: string } | undefined)?.active;

/** Reads the trail back to the version that made the kid active. */
async function readKidSince(
  installation: Installation,
  tenant: string,
  live: LiveRecord,
): Promise<string | null> {
  let since = live.at;
  for (let version = live.version - 1; version >= 1; version -= 1) {
    const stored = await readRecord(installation, auditKey(tenant, version)).catch(() => undefined);
    if (stored === undefined) return null;
    if (activeKid(stored.record) !== activeKid(live)) return since;
    since = stored.record.at;
  }
  return since;
}

async function readRow(installation: Installation, tenant: string): Promise<TenantRow> {
  const live = await liveRecord(installation, tenant);
  const policy = compilePolicy(validPolicy(live.policy));
  const { derivativesPerSource, exact } = policyCost(policy, countStepsQuickly);
  return {
    tenant,
    version: live.version,
    kid: policy.keys.active,
    kidSince: await readKidSince(installation, tenant, live),
    mode: policy.reportUntil > installation.clock() ? 'report' : 'enforce',
    blocked: policy.blocked.length,
    changedAt: live.at,
    changedBy: live.by,
    derivativesPerSource,
    exact,
  };
}

/** All tenants sorted by name, or the named ones. A damaged tenant is an outcome of its own. */
export async function listTenants(
  open: OpenInstallation,
  control: FleetControl = quietly,
  names?: readonly string[],
): Promise<readonly TenantOutcome<TenantRow>[]> {
  const installation = await open();
  const listed = names ?? (await tenantNames(installation.config));
  const subjects = listed.map((tenant) => ({ tenant }));
  const read = ({ tenant }: TenantSubject) => readRow(installation, tenant);
  return readEach(installation, subjects, read, control);
}
