import { localHosts } from '../../shared/deployment/local-endpoints.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import { trailNames } from '../../shared/versions/audit.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { readPolicySet } from '../policy-files/policy-set.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { readEach } from '../tenants/fleet.ts';
import { failuresOf, quietly, resultsOf, type TenantSubject } from '../tenants/outcomes.ts';

/** The budgets of tenants that have one, and the tenants whose policy cannot be read. */
export type Budgets = {
  readonly rendersPerDay: ReadonlyMap<string, number>;
  readonly failed: readonly { readonly tenant: string; readonly message: string }[];
};

/** Whom requests can belong to. */
export type UsageTenants = {
  readonly known: ReadonlySet<string>;
  readonly hosts: HostMap;
  readonly readBudgets: () => Promise<Budgets>;
  /** Undefined if the tenants are those of files. */
  readonly installation: Installation | undefined;
};

async function filedTenants(files: readonly string[]): Promise<UsageTenants> {
  const policies = (await readPolicySet(files)).map(({ policy }) => policy);
  const budgets = policies.flatMap(({ budget, tenant }) =>
    budget.rendersPerDay === undefined ? [] : [[tenant, budget.rendersPerDay] as const],
  );
  return {
    known: new Set(policies.map(({ tenant }) => tenant)),
    hosts: localHosts,
    readBudgets: async () => ({ rendersPerDay: new Map(budgets), failed: [] }),
    installation: undefined,
  };
}

/** Reads the budgets in the live policies of tenants. */
export async function liveBudgets(
  installation: Installation,
  tenants: readonly string[],
): Promise<Budgets> {
  const read = async ({ tenant }: TenantSubject) => {
    const live = await publishedPolicy(installation, tenant);
    return { tenant, renders: live?.document.budget.rendersPerDay };
  };
  const subjects = tenants.map((tenant) => ({ tenant }));
  const outcomes = await readEach(installation, subjects, read, quietly);
  return {
    rendersPerDay: new Map(
      resultsOf(outcomes).flatMap(({ renders, tenant }) =>
        renders === undefined ? [] : [[tenant, renders]],
      ),
    ),
    failed: failuresOf(outcomes).map(({ tenant, failure }) => ({
      ...{ tenant, message: failure.message },
    })),
  };
}

/**
 * The tenants that rows can be about: those in policy files if files are named, otherwise those of the installation that
 * have a policy or an audit trail, so that a deleted tenant can still be billed.
 */
export async function findTenants(
  open: OpenInstallation,
  files: readonly string[],
): Promise<UsageTenants> {
  if (files.length > 0) return filedTenants(files);
  const installation = await open();
  const live = await tenantNames(installation.config);
  return {
    known: new Set([...live, ...(await trailNames(installation.config))]),
    hosts: await installation.hosts(),
    readBudgets: () => liveBudgets(installation, live),
    installation,
  };
}
