import { PortFailure } from '../../shared/ports.ts';
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
import { checkBudgets } from './budget-check.ts';
import { checkChanges, livePolicies } from './changes-check.ts';
import { checkDomains } from './domain-check.ts';
import { type CheckSubject, type Finding, fail, failedCheck } from './finding.ts';
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

/** The tenants to check: those with a policy, those with only a trail, and others that were named. */
type CheckedTenants = {
  readonly live: readonly string[];
  readonly gone: readonly string[];
  readonly missing: readonly string[];
  /** Live tenants that have no file in the folders that were named. */
  readonly withoutFile: readonly string[];
  /** What could not be listed. */
  readonly unlisted: readonly Finding[];
};

async function chooseTenants(
  installation: Installation,
  selection: TenantSelection,
): Promise<CheckedTenants> {
  const { config } = installation;
  const tenants = await tryListing({ check: 'policy' }, () => tenantNames(config));
  const trails = await tryListing({ check: 'trail' }, () => trailNames(config));
  const live = tenants.names;
  const gone = trails.names.filter((name) => !live.includes(name));
  const unlisted = [...tenants.findings, ...trails.findings];
  const { operands } = selection;
  if (operands.length === 0) return { live, gone, missing: [], withoutFile: [], unlisted };
  const named = await selectTenants(installation, selection);
  const isFiled = operands.every(isPath) && (await areFolders(operands));
  return {
    live: live.filter((name) => named.includes(name)),
    gone: gone.filter((name) => named.includes(name)),
    missing: unlisted.length > 0 ? [] : named.filter((name) => ![...live, ...gone].includes(name)),
    withoutFile: isFiled ? live.filter((name) => !named.includes(name)) : [],
    unlisted,
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

/** Live tenants without a file, and files and names without a tenant. */
const describeDrift = ({ missing, withoutFile }: CheckedTenants): readonly Finding[] => [
  ...missing.map((tenant) => fail({ check: 'policy', tenant }, { kind: 'tenant_missing' })),
  ...withoutFile.map((tenant) => fail({ check: 'file', tenant }, { kind: 'file_missing' })),
];

/** Checks the policy and the trail of each tenant, and what depends on them. */
async function checkTenants(
  installation: Installation,
  { objects, selection, control }: Required<DoctorScope>,
): Promise<readonly Finding[]> {
  const tenants = await chooseTenants(installation, selection);
  const both = async (tenant: string) => [
    await checkTenantPolicy(installation, tenant),
    await checkTrail(installation, tenant),
  ];
  const policies = await checkEach(installation, tenants.live, both, control);
  const live = livePolicies(policies);
  const views = await checkDomains(installation, live);
  const changes = await checkChanges(installation, live);
  const sources = await checkSources(installation, live, objects);
  const budgets = await checkBudgets(installation, live);
  const trail = async (tenant: string) => [await checkTrail(installation, tenant)];
  const past = await checkEach(installation, tenants.gone, trail, quietly);
  const drift = describeDrift(tenants);
  return [
    ...views,
    changes,
    ...tenants.unlisted,
    ...policies,
    ...budgets,
    ...sources,
    ...past,
    ...drift,
  ];
}

/** What to check besides the installation itself. */
export type DoctorScope = {
  /** A source to view, by tenant whose sources are not in Signet's own bucket. */
  readonly objects?: ReadonlyMap<string, string>;
  /** The tenants to check; all without operands. */
  readonly selection?: TenantSelection;
  readonly control?: FleetControl;
};

/**
 * Checks the parts of a stack if the installation is deployed, then secrets, the distribution, the list of changes, and
 * the policy and audit trail of each tenant that is selected. The trails of tenants without a policy are checked too, because the trail
 * tells whether they were deleted.  A missing permission is a finding. Throws only if the installation does not answer or does not exist.
 */
export async function diagnose(
  open: OpenInstallation,
  scope: DoctorScope = {},
): Promise<readonly Finding[]> {
  const { objects = new Map<string, string>(), control = quietly } = scope;
  const { selection = { operands: [], all: true } } = scope;
  if (selection.operands.length > 0) checkSelection(selection);
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
    ...(await checkTenants(installation, { objects, selection, control })),
  ];
}
