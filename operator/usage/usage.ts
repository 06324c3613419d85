import { OperatorFailure } from '../failure.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { type BudgetExcess, findExcess } from './budget.ts';
import { type CountedLogs, countLogs, interrupted, type UsageReading } from './count-logs.ts';
import { type DayRange, dayOfSeconds, type PeriodLength } from './day.ts';
import { findLogs } from './log-source.ts';
import { listStored, type StoredListing } from './stored.ts';
import { type UsageRow, usageRows } from './usage-report.ts';
import { type Budgets, findTenants, type UsageTenants } from './usage-tenants.ts';

export type UsageRequest = {
  /** Files, folders and `s3://` prefixes; empty for the logs of the installation. */
  readonly logs: readonly string[];
  readonly target: string | undefined;
  /** Count only this tenant. */
  readonly tenant: string | undefined;
  /** Files and folders of policies whose tenants count; empty for those of the installation. */
  readonly policies: readonly string[];
  readonly by: PeriodLength;
  readonly days: DayRange;
  /** Whether to list what tenants store. */
  readonly listsStored: boolean;
  /** Whether to compare with the budgets in policies. */
  readonly checks: boolean;
};

export type UsageResult = {
  readonly by: PeriodLength;
  readonly rows: readonly UsageRow[];
  readonly logs: CountedLogs;
  /** Undefined if it was not listed. */
  readonly stored: StoredListing | undefined;
  /** Undefined if budgets were not compared. */
  readonly check:
    | { readonly excess: readonly BudgetExcess[]; readonly failed: Budgets['failed'] }
    | undefined;
};

/** A check without renders would pass whatever was rendered. */
function checkRenders({ kinds }: CountedLogs): void {
  if (!kinds.has('service'))
    throw new OperatorFailure(
      'not_found',
      "--check compares renders, which only the service's own log has; name the log of origin-response, too (docs/operating.md, Bill tenants)",
    );
}

async function compareBudgets(
  { readBudgets }: UsageTenants,
  logs: CountedLogs,
): Promise<NonNullable<UsageResult['check']>> {
  checkRenders(logs);
  const { failed, rendersPerDay } = await readBudgets();
  return { excess: findExcess(logs.tally, rendersPerDay), failed };
}

async function listTenants(
  { installation, known }: UsageTenants,
  { listsStored, tenant }: UsageRequest,
  signal: AbortSignal,
): Promise<StoredListing | undefined> {
  if (installation === undefined || !listsStored) return undefined;
  const names = [...known].filter((name) => tenant === undefined || name === tenant).toSorted();
  return listStored(installation, names, signal);
}

/**
 * Counts what tenants used, from access logs and the service's own log, and lists what they store. Throws `usage`,
 * `not_found`, `unreadable_file`, `not_a_log`, `invalid_policy` or `interrupted`.
 */
export async function readUsage(
  open: OpenInstallation,
  request: UsageRequest,
  reading: UsageReading & { readonly now: number },
): Promise<UsageResult> {
  const { by, checks, days, policies, tenant } = request;
  if (tenant !== undefined) checkTenantName(tenant);
  const places = await findLogs(open, request);
  const tenants = await findTenants(open, policies);
  const scope = { known: tenants.known, hosts: tenants.hosts, only: tenant, days };
  const logs = await countLogs(open, places, scope, reading);
  const stored = await listTenants(tenants, request, reading.signal);
  if (reading.signal.aborted) throw interrupted();
  const { kinds, tally } = logs;
  const today = dayOfSeconds(reading.now / 1_000);
  return {
    by,
    rows: usageRows({ tally, kinds, stored, by, days, today }),
    logs,
    stored,
    check: checks ? await compareBudgets(tenants, logs) : undefined,
  };
}
