import { pricesRead } from '../../operator/cost/prices.ts';
import { usageFailure } from '../../operator/failure.ts';
import { type AthenaStatements, athenaStatements } from '../../operator/usage/athena.ts';
import type { PeriodLength } from '../../operator/usage/day.ts';
import { readUsage, type UsageRequest, type UsageResult } from '../../operator/usage/usage.ts';
import { printUsageCsv } from '../../operator/usage/usage-csv.ts';
import { usageWarnings } from '../../operator/usage/usage-notes.ts';
import { readDayRange } from '../base/day-range.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { collectValues } from '../base/options.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { printUsageTable } from '../print/usage.ts';
import { usageJson } from '../print/usage-json.ts';
import { writeProgress } from '../progress/lines.ts';
import { logReadingOnStderr } from '../progress/log-reading.ts';

type Options = CommonOptions & {
  readonly by: string;
  readonly since?: string;
  readonly until?: string;
  readonly tenant?: string;
  readonly policy?: readonly string[];
  readonly stored: boolean;
  readonly csv?: true;
  readonly check?: true;
  readonly athena?: true;
};

function readPeriodLength(text: string): PeriodLength {
  if (text === 'day' || text === 'month') return text;
  throw usageFailure(`--by is "${text}"; write day or month`);
}

function readRequest(logs: readonly string[], options: Options, now: number): UsageRequest {
  const {
    by,
    check: checks = false,
    csv,
    json,
    policy: policies = [],
    stored,
    target,
    tenant,
  } = options;
  if (csv && json) throw usageFailure('--csv and --json exclude each other; leave out one of them');
  const days = readDayRange(options, now);
  const form = { by: readPeriodLength(by), listsStored: stored, checks };
  return { logs, target, tenant, policies, days, ...form };
}

function toResult(result: UsageResult, { csv }: Options): Result {
  const { check, logs, rows, stored } = result;
  const problems = [...(check?.excess ?? []), ...(check?.failed ?? []), ...(stored?.failed ?? [])];
  return {
    text: csv ? printUsageCsv(rows) : printUsageTable(result),
    json: usageJson(result, pricesRead),
    exit: problems.length + logs.damaged.length > 0 ? 1 : 0,
  };
}

const printAthenaText = ({ query, table }: AthenaStatements): string =>
  `-- Once: the table over the access logs.\n${table};\n\n-- Views, hits and bytes by tenant.\n${query};`;

async function usage(logs: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const now = Date.now();
    const request = readRequest(logs, options, now);
    if (options.athena) {
      const statements = await athenaStatements(open, request);
      return { text: printAthenaText(statements), json: statements };
    }
    const json = options.json ?? false;
    const result = await runInterruptibly(
      (signal) => readUsage(open, request, { ...logReadingOnStderr(json), signal, now }),
      () => writeProgress('stopping', json),
    );
    writeWarnings(usageWarnings(result, options.csv ?? false), json);
    return toResult(result, options);
  });
}

export const usageCommand = command(
  'usage [logs...]',
  "Show what tenants used, by day or month (UTC), and what that may cost. From CloudFront access logs: views, hits and bytes sent. From the service's own log: renders, their time, refusals by code and invalidations. From listings: what tenants store now. Reads the logs of the installation, or files, folders and s3://BUCKET/PREFIX, plain or gzipped; - is stdin. Requests of tenants without a policy or an audit trail are in one row, (unknown)",
)
  .option('--by <period>', 'one row for each tenant and day, or month', 'month')
  .option('--since <day>', 'first day: 2026-08-01, 2026-08, or 7d for 7 days ago')
  .option('--until <day>', 'last day, which is included')
  .option('--tenant <name>', 'only this tenant')
  .option(
    '--policy <file>',
    'count the tenants of these policy files or folders, without an installation; may be repeated',
    collectValues,
  )
  .option('--no-stored', 'do not list what tenants store')
  .option('--csv', 'print CSV')
  .option(
    '--check',
    'exit with 1 if a tenant is above budget.rendersPerDay of its policy on any day',
  )
  .option(
    '--athena',
    'print the table and the query that count the access logs of a bucket in Athena, for more logs than one machine reads',
  )
  .action(usage);
