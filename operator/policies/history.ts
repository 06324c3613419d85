import { PortFailure } from '../../shared/ports.ts';
import {
  type AuditReport,
  auditTrail,
  type HistoryEntry,
  policyHistory,
} from '../../shared/versions/audit.ts';
import { OperatorFailure } from '../failure.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
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

/** The versions of a policy, newest first. Throws `not_found` or `damaged_trail`. */
export async function policyVersions(
  installation: Installation,
  tenant: string,
): Promise<readonly PolicyVersion[]> {
  checkTenantName(tenant);
  const history = await policyHistory(installation, tenant).catch((thrown: Error) => {
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

/** Verifies the audit trail of a tenant. Faults are part of the result. Throws `not_found`. */
export async function auditTenant(open: OpenInstallation, tenant: string): Promise<TenantAudit> {
  const installation = await open();
  checkTenantName(tenant);
  const report = await auditTrail(installation, tenant);
  if (report.versions === 0 && report.faults.length === 0) throw unknownTenant(tenant);
  const authors = report.authors.map(({ confirmed, ...author }) => ({
    ...author,
    ...identityOf(confirmed),
  }));
  return { tenant, verified: report.faults.length === 0, ...report, authors };
}
