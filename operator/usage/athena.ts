import type { HostMap } from '../../shared/url/host-map.ts';
import { probeUri } from '../doctor/probe.ts';
import { usageFailure } from '../failure.ts';
import { hitTypes } from '../logs/request-tenant.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { type Day, type DayRange, type PeriodLength, printDay } from './day.ts';
import { type BucketPrefix, parseBucketPrefix, stackLogs } from './log-source.ts';
import type { UsageRequest } from './usage.ts';
import { unknownTenant } from './usage-tally.ts';
import { findTenants } from './usage-tenants.ts';

/*
 * The table and the query that count access logs in Athena as `usage` counts them. The logs are JSON, as the stack's
 * distribution writes them.
 * https://docs.aws.amazon.com/athena/latest/ug/create-cloudfront-table-partition-json.html
 */

/** The fields of an access log that the query reads. */
export const athenaFields = [
  ...['date', 'time', 'sc-bytes', 'x-host-header', 'cs-uri-stem', 'sc-status'],
  ...['cs-uri-query', 'x-edge-result-type'],
] as const;

/** The two statements. */
export type AthenaStatements = { readonly table: string; readonly query: string };

export type AthenaOptions = {
  readonly place: BucketPrefix;
  /** Whether the logs are in folders by year, month and day, as those of a stack are. */
  readonly hasDays: boolean;
  readonly tenants: readonly string[];
  /** Leave out the requests of other tenants. */
  readonly only?: boolean;
  readonly hosts: HostMap;
  readonly by: PeriodLength;
  readonly days: DayRange;
};

const tableName = 'signet_access_logs';

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The day folders of a stack's logs, so that a query reads only those of its range. */
const partitions = (location: string): readonly string[] => [
  'TBLPROPERTIES (',
  "  'projection.enabled' = 'true',",
  "  'projection.day.type' = 'date',",
  "  'projection.day.format' = 'yyyy/MM/dd',",
  "  'projection.day.range' = 'NOW-3YEARS,NOW+1DAY',",
  "  'projection.day.interval' = '1',",
  "  'projection.day.interval.unit' = 'DAYS',",
  `  'storage.location.template' = '${location}\${day}'`,
  ')',
];

function printTable({ hasDays, place }: AthenaOptions): string {
  const location = `s3://${place.bucket}/${place.prefix}`;
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${tableName} (`,
    athenaFields.map((name) => `  \`${name}\` string`).join(',\n'),
    ')',
    ...(hasDays ? ['PARTITIONED BY (`day` string)'] : []),
    "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
    `WITH SERDEPROPERTIES ('paths' = '${athenaFields.join(',')}')`,
    `LOCATION '${location}'`,
    ...(hasDays ? partitions(location) : []),
  ].join('\n');
}

/** The name of a tenant in a regular expression, as `isTenant` has it. */
const tenantPattern = '[a-z0-9]+(?:-[a-z0-9]+)*';

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The host without its port and a final dot, in lower case. */
const host = String.raw`regexp_replace(lower("x-host-header"), '(\.?:[0-9]*|\.)$', '')`;

/** The tenant of a host, or of one label of it. */
function printHost([form, tenant]: readonly [string, string]): string {
  if (!form.includes('*')) return `WHEN ${host} = ${quote(form)} THEN ${quote(tenant)}`;
  const pattern = quote(`^${form.split('*').map(escapePattern).join(`(${tenantPattern})`)}$`);
  const named = tenant === '*' ? `regexp_extract(${host}, ${pattern}, 1)` : quote(tenant);
  return `WHEN regexp_like(${host}, ${pattern}) THEN ${named}`;
}

/** The path of the redirect to a large image begins with its tenant on each host. */
const continuation = String.raw`regexp_like("cs-uri-query", '(^|&)kid=[a-z][a-z0-9]{0,15}\.0(&|$)')`;

function printTenant(hosts: HostMap): string {
  const inPath = `regexp_extract("cs-uri-stem", '^/(${tenantPattern})/', 1)`;
  // An exact host counts before one with a wildcard.
  const entries = Object.entries(hosts).toSorted(
    ([one], [other]) => Number(one.includes('*')) - Number(other.includes('*')),
  );
  if (entries.length === 0) return inPath;
  const lines = [`WHEN ${continuation} THEN ${inPath}`, ...entries.map(printHost)];
  return ['CASE', ...lines.map((line) => `      ${line}`), `      ELSE ${inPath}`, '    END'].join(
    '\n',
  );
}

/** A log may be delivered a day after its requests. */
const folderOf = (day: Day): string => printDay(day).replaceAll('-', '/');

function printConditions({ days, hasDays }: AthenaOptions): readonly string[] {
  const { since, until } = days;
  return [
    `"cs-uri-stem" <> ${quote(probeUri)}`,
    `"cs-uri-stem" <> '-'`,
    `regexp_like("date", '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')`,
    `regexp_like("sc-status", '^[0-9]{1,3}$')`,
    ...(since === undefined ? [] : [`"date" >= ${quote(printDay(since))}`]),
    ...(until === undefined ? [] : [`"date" <= ${quote(printDay(until))}`]),
    ...(hasDays && since !== undefined ? [`"day" >= ${quote(folderOf(since - 1))}`] : []),
    ...(hasDays && until !== undefined ? [`"day" <= ${quote(folderOf(until + 1))}`] : []),
  ];
}

function printQuery(options: AthenaOptions): string {
  const { by, hosts, tenants } = options;
  const known = tenants.length === 0 ? 'NULL' : tenants.map(quote).join(', ');
  return [
    'WITH requests AS (',
    '  SELECT',
    `    ${by === 'day' ? '"date"' : 'substr("date", 1, 7)'} AS period,`,
    `    ${printTenant(hosts)} AS named,`,
    '    "x-edge-result-type" AS result,',
    '    coalesce(try_cast("sc-bytes" AS bigint), 0) AS sent',
    `  FROM ${tableName}`,
    `  WHERE ${printConditions(options).join('\n    AND ')}`,
    '), attributed AS (',
    `  SELECT CASE WHEN named IN (${known}) THEN named ELSE ${quote(unknownTenant)} END AS tenant, period, result, sent`,
    '  FROM requests',
    ')',
    'SELECT',
    '  tenant,',
    '  period,',
    '  count(*) AS views,',
    `  sum(CASE WHEN result IN (${[...hitTypes].map(quote).join(', ')}) THEN 1 ELSE 0 END) AS hits,`,
    '  sum(sent) AS bytes',
    'FROM attributed',
    ...(options.only ? [`WHERE tenant <> ${quote(unknownTenant)}`] : []),
    'GROUP BY tenant, period',
    'ORDER BY tenant, period',
  ].join('\n');
}

/** Prints the table over access logs, and the query that counts views, hits and bytes by tenant and period. */
export const printAthena = (options: AthenaOptions): AthenaStatements => ({
  table: printTable(options),
  query: printQuery(options),
});

/** The texts of Athena's table definitions have no safe way to write these. */
function checkPlace({ prefix }: BucketPrefix): void {
  if (/^[A-Za-z0-9!_.*()/=-]*$/.test(prefix) && /^(?:|.*\/)$/.test(prefix)) return;
  throw usageFailure(
    `the prefix "${prefix}" cannot be the place of an Athena table; write letters, digits, -, _, = and slashes, and a slash at the end`,
  );
}

/** Throws `usage` if the logs are not in a bucket. */
async function findPlace(
  open: OpenInstallation,
  logs: readonly string[],
): Promise<Pick<AthenaOptions, 'place' | 'hasDays'>> {
  const [first, ...others] = logs;
  const named = first === undefined ? undefined : parseBucketPrefix(first);
  if (named !== undefined && others.length === 0) return { place: named, hasDays: false };
  const installation = first === undefined ? await open() : undefined;
  if (installation?.stack !== undefined) return { place: stackLogs(installation), hasDays: true };
  throw usageFailure(
    '--athena prints a query for logs in a bucket; name a stack with --target aws:STACK, or one s3://BUCKET/PREFIX/',
  );
}

/** Makes the statements for the logs that `usage` would read. Throws `usage`. */
export async function athenaStatements(
  open: OpenInstallation,
  { by, days, logs, policies, tenant }: UsageRequest,
): Promise<AthenaStatements> {
  if (tenant !== undefined) checkTenantName(tenant);
  const found = await findPlace(open, logs);
  checkPlace(found.place);
  const { hosts, known } = await findTenants(open, policies);
  const tenants = [...known].filter((name) => tenant === undefined || name === tenant).toSorted();
  return printAthena({ ...found, tenants, hosts, by, days, only: tenant !== undefined });
}
