import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import {
  type LogFile,
  type LogVisitor,
  logFiles,
  readLogs,
  totalBytes,
} from '../../operator/logs/log-reader.ts';
import { fileName } from '../../operator/policy-files/unreadable-file.ts';
import {
  countServiceLine,
  emptyStats,
  type StatsReport,
  type StatsTally,
  statsReport,
  type TenantStats,
} from '../../operator/stats/stats-tally.ts';
import { edgeLogFile } from '../../operator/target/state-folder.ts';
import { parseStackName } from '../../operator/target/target.ts';
import { checkTenantName } from '../../operator/tenant-name.ts';
import { printBytes, printCount, printNumber } from '../base/quantity.ts';
import { damageWarning, writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { progressOn } from '../progress/bar.ts';

type Options = CommonOptions & { readonly tenant?: string };

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${printNumber(count)}`)
    .join(', ') || 'none';

function printRenders({ count, p50, p95, max, totalMilliseconds }: TenantStats['renders']): string {
  if (count === 0) return 'none';
  const total = (totalMilliseconds / 1_000).toFixed(1);
  return `${printNumber(count)}, p50 ${p50} ms, p95 ${p95} ms, max ${max} ms, ${total} s in all`;
}

function printByteStats({ made, source, saved }: TenantStats['bytes']): string {
  const difference = saved < 0 ? `${printBytes(-saved)} more` : `${printBytes(saved)} saved`;
  return `${printBytes(made)} made of ${printBytes(source)}, ${difference}`;
}

function printTenant(name: string, stats: TenantStats): string {
  const sampled = stats.sampled ? ' (in part an estimate: unsigned requests are sampled)' : '';
  return [
    name,
    `  views:    ${listed(stats.views)}${sampled}`,
    `  renders:  ${printRenders(stats.renders)}`,
    `  bytes:    ${printByteStats(stats.bytes)}`,
    `  refusals: ${listed(stats.refusals)}`,
    ...(Object.keys(stats.reported).length > 0 ? [`  reported: ${listed(stats.reported)}`] : []),
    ...Object.entries(stats.kids).map(([kid, time]) => `  kid ${kid} last used ${time}`),
  ].join('\n');
}

function printStats(
  { tenants, unattributed, failures, unreadable, tooLong }: StatsReport,
  only: string | undefined,
): string {
  const absent = only !== undefined && tenants[only] === undefined;
  const lines = [
    ...(absent ? [`${only} is not in the log`] : []),
    ...Object.entries(tenants).map(([name, stats]) => printTenant(name, stats)),
    ...(Object.keys(unattributed).length > 0 ? [`Without a tenant: ${listed(unattributed)}`] : []),
    ...(failures > 0 ? [`${printCount(failures, 'failure')} behind requests`] : []),
    ...(unreadable > 0 ? [`${printCount(unreadable, 'line')} about no request`] : []),
    ...(tooLong > 0 ? [`${printCount(tooLong, 'line')} over 64 KB`] : []),
  ];
  return lines.join('\n') || 'Nothing has been logged';
}

/** Counts the lines of one file. Throws `not_a_log` where there are some and none is the service's. */
async function countFile(
  tally: StatsTally,
  file: LogFile,
  only: string | undefined,
  others: Pick<LogVisitor, 'damaged' | 'advance'>,
): Promise<void> {
  // Programs print into that log too, so a line that is something else is no fault.
  let foreign = 0;
  let known = 0;
  await readLogs([file], {
    ...others,
    begin: () => undefined,
    line: (text) => {
      if (text.trim() === '') return;
      if (countServiceLine(tally, text, only)) known += 1;
      else foreign += 1;
    },
    tooLong: () => {
      foreign += 1;
      tally.tooLong += 1;
    },
  });
  if (foreign > 0 && known === 0)
    throw new OperatorFailure(
      'not_a_log',
      `${fileName(file.path)} is not a log of Signet: no line of it is one of its functions'`,
    );
}

async function countAll(files: readonly LogFile[], { json, tenant }: Options) {
  const tally = emptyStats();
  const damaged: string[] = [];
  const { advance, end } = progressOn(process.stderr, totalBytes(files), json ?? false);
  const others = { advance, damaged: (name: string) => void damaged.push(name) };
  try {
    for (const file of files) await countFile(tally, file, tenant, others);
  } finally {
    end();
  }
  return { tally, damaged };
}

/** The local stack writes a file; what a deployed one logs lies in CloudWatch, Region by Region. */
function namedLogs(logs: readonly string[], { target }: Options): readonly string[] {
  if (logs.length > 0) return logs;
  const stack = parseStackName(target);
  if (stack === undefined) return [edgeLogFile()];
  throw usageFailure(
    `the log of ${stack} is in CloudWatch; fetch its lines (aws logs filter-log-events) and name the file, or - for stdin`,
  );
}

async function stats(logs: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async () => {
    if (options.tenant !== undefined) checkTenantName(options.tenant);
    const files = await logFiles(namedLogs(logs, options));
    const { tally, damaged } = await countAll(files, options);
    const report = statsReport(tally);
    writeWarnings(damaged.map(damageWarning), options.json ?? false);
    return {
      text: printStats(report, options.tenant),
      json: { ...report, damaged },
      exit: damaged.length > 0 ? 1 : 0,
    };
  });
}

export const statsCommand = command(
  'stats [logs...]',
  "Show by tenant what the service's own log says: views, renders, bytes, refusals and the last use of each kid. Reads the local stack's log, or files and folders, plain or gzipped; - is stdin. Of requests that nobody signed for one in a hundred is logged, and counts a hundredfold",
)
  .option('--tenant <name>', 'of this tenant alone')
  .action(stats);
