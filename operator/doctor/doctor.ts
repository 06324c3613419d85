import { PortFailure } from '../../shared/ports.ts';
import { trailNames } from '../../shared/versions/audit.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { checkChanges, livePolicies } from './changes-check.ts';
import { checkDomains } from './domain-check.ts';
import { type CheckSubject, type Finding, failedCheck } from './finding.ts';
import { checkDistribution, checkSecrets } from './installation-checks.ts';
import { checkSources } from './source-check.ts';
import { checkStack } from './stack/stack-checks.ts';
import { checkTenantPolicy, checkTrail } from './tenant-checks.ts';

/** What was listed, or the finding that says why it cannot be. Throws if there is no answer. */
type Listed = { readonly names: readonly string[]; readonly findings: readonly Finding[] };

async function tryListing(
  subject: CheckSubject,
  list: () => Promise<readonly string[]>,
): Promise<Listed> {
  try {
    return { names: await list(), findings: [] };
  } catch (thrown) {
    if (thrown instanceof PortFailure && !thrown.answered) throw thrown;
    return { names: [], findings: [failedCheck(subject, thrown, undefined)] };
  }
}

/** Checks the policy and the trail of each tenant, and what depends on them. */
async function checkTenants(
  installation: Installation,
  objects: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  const { config } = installation;
  const tenants = await tryListing({ check: 'policy' }, () => tenantNames(config));
  const policies: Finding[] = [];
  for (const tenant of tenants.names)
    policies.push(
      await checkTenantPolicy(installation, tenant),
      await checkTrail(installation, tenant),
    );
  const live = livePolicies(policies);
  const views = await checkDomains(installation, live);
  const changes = await checkChanges(installation, live);
  const sources = await checkSources(installation, live, objects);
  const trails = await tryListing({ check: 'trail' }, () => trailNames(config));
  const gone = trails.names.filter((name) => !tenants.names.includes(name));
  const past = await Promise.all(gone.map((name) => checkTrail(installation, name)));
  const unlisted = [...tenants.findings, ...trails.findings];
  return [...views, changes, ...unlisted, ...policies, ...sources, ...past];
}

/**
 * Checks the parts of a stack if the installation is deployed, then secrets, the distribution, the list of changes, and
 * the policy and audit trail of each tenant. The trails of tenants without a policy are checked too, because the trail
 * tells whether they were deleted. `objects` names a source to view for tenants whose sources are not in Signet's own
 * bucket. A missing permission is a finding. Throws only if the installation does not answer or does not exist.
 */
export async function diagnose(
  open: OpenInstallation,
  objects: ReadonlyMap<string, string> = new Map(),
): Promise<readonly Finding[]> {
  let installation: Installation;
  try {
    installation = await open();
  } catch (thrown) {
    if (!(thrown instanceof PortFailure) || thrown.error?.denied === undefined) throw thrown;
    return [failedCheck({ check: 'stack' }, thrown, undefined)];
  }
  return [
    ...(await checkStack(installation)),
    ...(await checkSecrets(installation)),
    await checkDistribution(installation),
    ...(await checkTenants(installation, objects)),
  ];
}
