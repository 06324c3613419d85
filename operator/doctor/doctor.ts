import { trailNames } from '../../shared/versions/audit.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import type { OpenInstallation } from '../target/target.ts';
import type { Finding } from './finding.ts';
import { checkDistribution, checkSecrets } from './installation-checks.ts';
import { checkTenantPolicy, checkTrail } from './tenant-checks.ts';

/**
 * Checks secrets, the distribution, and the policy and audit trail of each tenant. The trails of
 * tenants without a policy are checked too, because the trail tells whether they were deleted.
 * Throws only if the installation does not answer.
 */
export async function diagnose(open: OpenInstallation): Promise<readonly Finding[]> {
  const installation = await open();
  const tenants = await tenantNames(installation.config);
  const findings = [...(await checkSecrets(installation)), await checkDistribution(installation)];
  for (const tenant of tenants)
    findings.push(
      await checkTenantPolicy(installation, tenant),
      await checkTrail(installation, tenant),
    );
  const trails = await trailNames(installation.config);
  const gone = trails.filter((name) => !tenants.includes(name));
  return [...findings, ...(await Promise.all(gone.map((name) => checkTrail(installation, name))))];
}
