import { trailNames } from '../../shared/versions/audit.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { areFolders } from '../policy-files/policy-folders.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { readEach } from '../tenants/fleet.ts';
import { type FleetControl, quietly, resultsOf, type TenantSubject } from '../tenants/outcomes.ts';
import {
  checkSelection,
  isPath,
  selectTenants,
  type TenantSelection,
} from '../tenants/selection.ts';
import { checkChanges, livePolicies } from './changes-check.ts';
import { type Finding, fail } from './finding.ts';
import { checkDistribution, checkSecrets } from './installation-checks.ts';
import { checkSources } from './source-check.ts';
import { checkTenantPolicy, checkTrail } from './tenant-checks.ts';

/** The tenants to check: those with a policy, those with only a trail, and others that were named. */
type CheckedTenants = {
  readonly live: readonly string[];
  readonly gone: readonly string[];
  readonly missing: readonly string[];
  /** Live tenants that have no file in the folders that were named. */
  readonly withoutFile: readonly string[];
};

async function chooseTenants(
  installation: Installation,
  selection: TenantSelection,
): Promise<CheckedTenants> {
  const { config } = installation;
  const [live, trails] = [await tenantNames(config), await trailNames(config)];
  const gone = trails.filter((name) => !live.includes(name));
  const { operands } = selection;
  if (operands.length === 0) return { live, gone, missing: [], withoutFile: [] };
  const named = await selectTenants(installation, selection);
  const isFiled = operands.every(isPath) && (await areFolders(operands));
  return {
    live: live.filter((name) => named.includes(name)),
    gone: gone.filter((name) => named.includes(name)),
    missing: named.filter((name) => ![...live, ...gone].includes(name)),
    withoutFile: isFiled ? live.filter((name) => !named.includes(name)) : [],
  };
}

/** The findings about tenants, in their order. */
async function checkEach(
  installation: Installation,
  tenants: readonly string[],
  check: (tenant: string) => Promise<readonly Finding[]>,
  control: FleetControl,
): Promise<readonly Finding[]> {
  const subjects = tenants.map((tenant) => ({ tenant }));
  const read = ({ tenant }: TenantSubject) => check(tenant);
  return resultsOf(await readEach(installation, subjects, read, control)).flat();
}

const everyTenant: TenantSelection = { operands: [], all: true };

/**
 * Checks secrets, the distribution, the list of changes, and the policy and audit trail of each tenant, or of those
 * that were selected. The trails of tenants without a policy are checked too, because the trail tells whether they were
 * deleted. `objects` names a source to view for tenants whose sources are not in Signet's own bucket. Throws only if
 * the installation does not answer.
 */
export async function diagnose(
  open: OpenInstallation,
  objects: ReadonlyMap<string, string> = new Map(),
  selection: TenantSelection = everyTenant,
  control: FleetControl = quietly,
): Promise<readonly Finding[]> {
  if (selection.operands.length > 0) checkSelection(selection);
  const installation = await open();
  const tenants = await chooseTenants(installation, selection);
  const findings = [...(await checkSecrets(installation)), await checkDistribution(installation)];
  const both = async (tenant: string) => [
    await checkTenantPolicy(installation, tenant),
    await checkTrail(installation, tenant),
  ];
  const policies = await checkEach(installation, tenants.live, both, control);
  const live = livePolicies(policies);
  const changes = await checkChanges(installation, live);
  const sources = await checkSources(installation, live, objects);
  const trail = async (tenant: string) => [await checkTrail(installation, tenant)];
  const trails = await checkEach(installation, tenants.gone, trail, quietly);
  const drift = [
    ...tenants.missing.map((tenant) =>
      fail({ check: 'policy', tenant }, { kind: 'tenant_missing' }),
    ),
    ...tenants.withoutFile.map((tenant) =>
      fail({ check: 'file', tenant }, { kind: 'file_missing' }),
    ),
  ];
  return [...findings, changes, ...policies, ...sources, ...trails, ...drift];
}
