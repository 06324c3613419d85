import { trailNames } from '../../shared/versions/audit.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkChanges, livePolicies } from './changes-check.ts';
import type { Finding } from './finding.ts';
import { checkDistribution, checkSecrets } from './installation-checks.ts';
import { checkSources } from './source-check.ts';
import { checkTenantPolicy, checkTrail } from './tenant-checks.ts';

/**
 * Checks secrets, the distribution, the list of changes, and the policy and audit trail of each tenant.
 * The trails of tenants without a policy are checked too, because the trail tells whether they were
 * deleted. `objects` names a source to view for tenants whose sources are not in Signet's own bucket. Throws only if the installation does not answer.
 */
export async function diagnose(
  open: OpenInstallation,
  objects: ReadonlyMap<string, string> = new Map(),
): Promise<readonly Finding[]> {
  const installation = await open();
  const { config } = installation;
  const tenants = await tenantNames(config);
  const findings = [...(await checkSecrets(installation)), await checkDistribution(installation)];
  const policies: Finding[] = [];
  for (const tenant of tenants)
    policies.push(
      await checkTenantPolicy(installation, tenant),
      await checkTrail(installation, tenant),
    );
  const live = livePolicies(policies);
  const changes = await checkChanges(installation, live);
  const sources = await checkSources(installation, live, objects);
  const gone = (await trailNames(config)).filter((name) => !tenants.includes(name));
  const trails = await Promise.all(gone.map((name) => checkTrail(installation, name)));
  return [...findings, changes, ...policies, ...sources, ...trails];
}
