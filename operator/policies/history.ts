import { PortFailure } from '../../shared/ports.ts';
import {
  type AuditReport,
  auditTrail,
  type HistoryEntry,
  policyHistory,
  trailNames,
} from '../../shared/versions/audit.ts';
import { OperatorFailure } from '../failure.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { readEach, throwIfSingle } from '../tenants/fleet.ts';
import {
  type FleetControl,
  quietly,
  type TenantOutcome,
  type TenantSubject,
} from '../tenants/outcomes.ts';
import { checkSelection, selectTenants, type TenantSelection } from '../tenants/selection.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';

/**
 * Who published something. `identity` is set only if AWS confirmed who it was; otherwise the publisher
 * declared the name.
 */
export type Author = { readonly by: string; readonly identity?: 'aws' };

/** One published version. `deleted` is set only if the version deleted the tenant. */
export type PolicyVersion = Omit<HistoryEntry, 'deleted' | 'confirmed'> &
  Author & { readonly deleted?: true };

const identityOf = (confirmed: boolean): Pick<Author, 'identity'> =>
  confirmed ? { identity: 'aws' } : {};

const unknownTenant = (tenant: string): OperatorFailure =>
  new OperatorFailure('not_found', `there is no tenant ${tenant}, and there never was one`);

/** The versions of a policy, newest first. `verified`: those that verify. Throws `not_found` or `damaged_trail`. */
export async function policyVersions(
  installation: Installation,
  tenant: string,
  which: 'all' | 'verified' = 'all',
): Promise<readonly PolicyVersion[]> {
  checkTenantName(tenant);
  const history = await policyHistory(installation, tenant, which).catch((thrown: Error) => {
    if (thrown instanceof PortFailure) throw thrown;
    throw new OperatorFailure(
      'damaged_trail',
      `${thrown.message}; check the whole trail with: npx signet policy audit ${tenant}`,
    );
  });
  if (history.length === 0) throw unknownTenant(tenant);
  return history.map(({ deleted, confirmed, ...entry }) => ({
    ...entry,
    ...identityOf(confirmed),
    ...(deleted ? { deleted } : {}),
  }));
}

/** The same for an installation that is not open yet. */
export async function readHistory(
  open: OpenInstallation,
  tenant: string,
): Promise<readonly PolicyVersion[]> {
  return policyVersions(await open(), tenant);
}

export type TenantAudit = Omit<AuditReport, 'authors'> & {
  readonly tenant: string;
  readonly verified: boolean;
  /** Who published the verified versions, and how many each. */
  readonly authors: readonly (Author & { readonly versions: number })[];
};

async function auditOne(installation: Installation, tenant: string): Promise<TenantAudit> {
  const report = await auditTrail(installation, tenant);
  if (report.versions === 0 && report.faults.length === 0) throw unknownTenant(tenant);
  const authors = report.authors.map(({ confirmed, ...author }) => ({
    ...author,
    ...identityOf(confirmed),
  }));
  return { tenant, verified: report.faults.length === 0, ...report, authors };
}

/** The tenants to audit. All tenants include those that were deleted, because their trails stay. */
async function tenantsToAudit(
  installation: Installation,
  selection: TenantSelection,
): Promise<readonly string[]> {
  const named = await selectTenants(installation, selection);
  if (!selection.all) return named;
  return [...new Set([...named, ...(await trailNames(installation.config))])].toSorted();
}

/** Verifies the audit trails of tenants. Faults are part of the result. A tenant alone that is unknown throws `not_found`. */
export async function auditTenants(
  open: OpenInstallation,
  selection: TenantSelection,
  control: FleetControl = quietly,
): Promise<readonly TenantOutcome<TenantAudit>[]> {
  checkSelection(selection);
  const installation = await open();
  const subjects = (await tenantsToAudit(installation, selection)).map((tenant) => ({ tenant }));
  const audit = ({ tenant }: TenantSubject) => auditOne(installation, tenant);
  const outcomes = await readEach(installation, subjects, audit, control);
  throwIfSingle(outcomes);
  return outcomes;
}
