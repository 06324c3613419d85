import { existsSync } from 'node:fs';
import { usageFailure } from '../failure.ts';
import { createFileCounter, type LogSink } from '../logs/file-counter.ts';
import { logFiles, type ReportedReading, readLogs, totalBytes } from '../logs/log-reader.ts';
import { parseStackName } from '../target/stack-name.ts';
import { accessLogFile, edgeLogFile } from '../target/state-folder.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { countDelivered } from './delivered.ts';
import {
  countServiceLine,
  emptyStats,
  type StatsReport,
  type StatsTally,
  statsBounds,
  statsReport,
} from './stats-tally.ts';

export type StatsRequest = {
  /** Files and folders; empty for the logs of the local stack. */
  readonly logs: readonly string[];
  readonly target: string | undefined;
  /** Count only this tenant. */
  readonly tenant: string | undefined;
};

export type StatsResult = {
  readonly report: StatsReport;
  /** Files that were cut or damaged; counted up to the damage. */
  readonly damaged: readonly string[];
};

/**
 * The local stack logs to files. Folders of earlier versions have no access log. The functions of a deployed
 * stack log to CloudWatch in many Regions.
 */
function chooseLogs({ logs, target }: StatsRequest): readonly string[] {
  if (logs.length > 0) return logs;
  const stack = parseStackName(target);
  if (stack === undefined) return [edgeLogFile(), ...[accessLogFile()].filter(existsSync)];
  throw usageFailure(
    `the log of ${stack} is in CloudWatch; fetch its lines with aws logs filter-log-events and name the file, or - for stdin`,
  );
}

/** Counts into a tally, with `only` just what is of that tenant. */
const createStatsSink = (tally: StatsTally, only: string | undefined): LogSink => ({
  countRequest: (request) => countDelivered(tally.delivered, request, only, statsBounds.tenants),
  countServiceLine: (line) => countServiceLine(tally, line, only),
  countUnreadable: () => {
    tally.unreadable += 1;
  },
  countTooLong: () => {
    tally.tooLong += 1;
  },
});

/** Counts the service's own log and access logs by tenant. Throws `usage`, `unreadable_file` or `not_a_log`. */
export async function readStats(
  request: StatsRequest,
  { startProgress, reportDamaged }: ReportedReading,
): Promise<StatsResult> {
  const { tenant } = request;
  if (tenant !== undefined) checkTenantName(tenant);
  const files = await logFiles(chooseLogs(request));
  const tally = emptyStats();
  const sink = createStatsSink(tally, tenant);
  const damaged: string[] = [];
  const { advance, end } = startProgress(totalBytes(files));
  const others = { advance, damaged: (name: string) => void damaged.push(name) };
  try {
    for (const file of files) {
      const { finish, ...counter } = createFileCounter(sink, file.path);
      await readLogs([file], { ...others, ...counter });
      finish();
    }
  } finally {
    end();
  }
  reportDamaged(damaged);
  return { report: statsReport(tally), damaged };
}
