import { OperatorFailure, usageFailure } from '../failure.ts';
import { fileName } from '../file-failure.ts';
import {
  type LogFile,
  type LogVisitor,
  logFiles,
  type ReportedReading,
  readLogs,
  totalBytes,
} from '../logs/log-reader.ts';
import { edgeLogFile } from '../target/state-folder.ts';
import { parseStackName } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import {
  countServiceLine,
  emptyStats,
  type StatsReport,
  type StatsTally,
  statsReport,
} from './stats-tally.ts';

export type StatsRequest = {
  /** Files and folders; empty for the log of the local stack. */
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

/** Counts the lines of one file. Throws `not_a_log` if it has lines but none is from the service. */
async function countFile(
  tally: StatsTally,
  file: LogFile,
  only: string | undefined,
  others: Pick<LogVisitor, 'damaged' | 'advance'>,
): Promise<void> {
  // Some other lines are normal, because programs print into the same log.
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
      `${fileName(file.path)} is not a log of Signet: no line was written by one of its functions`,
    );
}

/** The local stack logs to a file. The functions of a deployed stack log to CloudWatch in many Regions. */
function chooseLogs({ logs, target }: StatsRequest): readonly string[] {
  if (logs.length > 0) return logs;
  const stack = parseStackName(target);
  if (stack === undefined) return [edgeLogFile()];
  throw usageFailure(
    `the log of ${stack} is in CloudWatch; fetch its lines with aws logs filter-log-events and name the file, or - for stdin`,
  );
}

/** Counts the service's own log by tenant. Throws `usage`, `unreadable_file` or `not_a_log`. */
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
    for (const file of files) await countFile(tally, file, tenant, others);
  } finally {
    end();
  }
  reportDamaged(damaged);
  return { report: statsReport(tally), damaged };
}
