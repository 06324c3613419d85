import { resultsOf, type TenantOutcome } from '../../operator/tenants/outcomes.ts';
import type { TenantRow } from '../../operator/tenants/tenant-list.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printNotDone } from './outcomes.ts';
import { printColumns } from './table.ts';

const dayMs = 86_400_000;

/** How long ago a time was, in whole days. */
function printAge(since: string | null, now: number): string {
  if (since === null) return 'unknown';
  return `${Math.max(0, Math.floor((now - Date.parse(since)) / dayMs))} d`;
}

const heading = [
  'tenant',
  'version',
  'kid',
  'age',
  'mode',
  'blocked',
  'last change',
  'by',
  'derivatives/source',
];

const printRow = (row: TenantRow, now: number): readonly string[] => [
  row.tenant,
  String(row.version),
  row.kid,
  printAge(row.kidSince, now),
  row.mode,
  String(row.blocked),
  `${row.changedAt.slice(0, 16)}Z`,
  escapeForTerminal(row.changedBy),
  `${row.derivativesPerSource.toLocaleString('en-US')}${row.exact ? '' : '+'}`,
];

/** The tenants as a table. `now` in Unix milliseconds. */
export function printTenants(outcomes: readonly TenantOutcome<TenantRow>[], now: number): string {
  const rows = resultsOf(outcomes).map((row) => printRow(row, now));
  return [...printColumns(heading, rows), ...printNotDone(outcomes, 'listed')].join('\n');
}
