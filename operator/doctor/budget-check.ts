import { existsSync } from 'node:fs';
import { OperatorFailure } from '../failure.ts';
import { logFiles } from '../logs/log-reader.ts';
import type { Installation } from '../target/target.ts';
import { quietly } from '../tenants/outcomes.ts';
import { findExcess } from '../usage/budget.ts';
import { countLogs } from '../usage/count-logs.ts';
import { dayOfSeconds } from '../usage/day.ts';
import { emptyUsage, type UsageTally } from '../usage/usage-tally.ts';
import { type Finding, fail, type LivePolicy, pass } from './finding.ts';

/** Days before today whose renders are compared. Older ones are no news. */
const comparedDays = 7;

/** The renders of the last days in the local log, by tenant and day. A log without requests has none. */
async function countRenders(
  { clock, edgeLog = '' }: Installation,
  tenants: readonly string[],
): Promise<UsageTally> {
  const files = await logFiles([`${edgeLog}.1`, edgeLog].filter((file) => existsSync(file)));
  const since = dayOfSeconds(clock() / 1_000) - comparedDays;
  const scope = { known: new Set(tenants), hosts: {}, only: undefined };
  const reading = { ...quietly, reportDamaged: () => undefined };
  const { signal } = new AbortController();
  const days = { since, until: undefined };
  const unopened = async () => {
    throw new OperatorFailure('internal', 'the log of this machine is in no bucket');
  };
  try {
    const places = { files, prefixes: [] };
    return (await countLogs(unopened, places, { ...scope, days }, { ...reading, signal })).tally;
  } catch (thrown) {
    if (thrown instanceof OperatorFailure && thrown.code === 'not_a_log') return emptyUsage();
    throw thrown;
  }
}

/**
 * Compares the renders of each tenant with the budget of its policy. Only a local stack has its log on this machine, so
 * for a deployed one it says how. Returns nothing if no tenant has a budget.
 */
export async function checkBudgets(
  installation: Installation,
  live: readonly LivePolicy[],
): Promise<readonly Finding[]> {
  const budgets = new Map(
    live.flatMap(({ rendersPerDay, tenant }) =>
      rendersPerDay === undefined ? [] : [[tenant, rendersPerDay]],
    ),
  );
  if (budgets.size === 0) return [];
  if (installation.edgeLog === undefined)
    return [pass({ check: 'budget' }, { kind: 'budgets_not_compared', tenants: budgets.size })];
  const excess = findExcess(await countRenders(installation, [...budgets.keys()]), budgets);
  // The last day of each tenant.
  const last = new Map(excess.map((one) => [one.tenant, one]));
  return [...last.values()].map(({ tenant, ...facts }) =>
    fail({ check: 'budget', tenant }, { kind: 'budget_exceeded', ...facts }),
  );
}
