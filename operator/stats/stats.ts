import { existsSync } from 'node:fs';
import { usageFailure } from '../failure.ts';
import { logFiles, type ReportedReading, readLogs, totalBytes } from '../logs/log-reader.ts';
import { parseStackName } from '../target/stack-name.ts';
import { accessLogFile, edgeLogFile } from '../target/state-folder.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { createFileCounter } from './file-counter.ts';
import { emptyStats, type StatsReport, statsReport } from './stats-tally.ts';

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

/** Counts the service's own log and access logs by tenant. Throws `usage`, `unreadable_file` or `not_a_log`. */
export async function readStats(
  request: StatsRequest,
  { startProgress, reportDamaged }: ReportedReading,
): Promise<StatsResult> {
  const { tenant } = request;
  if (tenant !== undefined) checkTenantName(tenant);
  const files = await logFiles(chooseLogs(request));
  const tally = emptyStats();
  const damaged: string[] = [];
  const { advance, end } = startProgress(totalBytes(files));
  const others = { advance, damaged: (name: string) => void damaged.push(name) };
  try {
    for (const file of files) {
      const { finish, ...counter } = createFileCounter(tally, file.path, tenant);
      await readLogs([file], { ...others, ...counter });
      finish();
    }
  } finally {
    end();
  }
  reportDamaged(damaged);
  return { report: statsReport(tally), damaged };
}
