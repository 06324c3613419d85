import { OperatorFailure, usageFailure } from '../failure.ts';
import { fileName } from '../file-failure.ts';
import {
  beginsAccessLog,
  type Columns,
  missingFields,
  readAccessLine,
} from '../logs/access-log.ts';
import {
  type LogVisitor,
  logFiles,
  type ReportedReading,
  readLogs,
  totalBytes,
} from '../logs/log-reader.ts';
import { parseStackName } from '../target/stack-name.ts';
import { accessLogFile } from '../target/state-folder.ts';
import type { OpenInstallation } from '../target/target.ts';
import { createDecider, type Decide, type Sides } from './decision.ts';
import {
  countLine,
  emptyTally,
  type ReplayReport,
  replayReport,
  type Tally,
} from './replay-report.ts';
import { type ReplayPolicies, readSides } from './sides.ts';

export type ReplayRequest = ReplayPolicies & {
  /** Files and folders; empty for the access log of the local stack. */
  readonly logs: readonly string[];
  readonly target: string | undefined;
  /** Fail with `not_found` if the logs hold no request of the tenant. */
  readonly needsRequests: boolean;
};

export type ReplayResult = {
  readonly report: ReplayReport;
  /** Files that were cut or damaged; counted up to the damage. */
  readonly damaged: readonly string[];
};

const notALog = (file: string, why: string): OperatorFailure =>
  new OperatorFailure('not_a_log', `${fileName(file)} is not a CloudFront access log: ${why}`);

const wrongBeginning = 'it begins with neither #Version, #Fields nor a JSON object';

/** The local stack writes its access log to a file. That of a deployed stack is in a bucket. */
function chooseLogs({ logs, target }: ReplayRequest): readonly string[] {
  if (logs.length > 0) return logs;
  const stack = parseStackName(target);
  if (stack === undefined) return [accessLogFile()];
  throw usageFailure(
    `the access log of ${stack} is in its logs bucket, below cloudfront/; fetch it with aws s3 sync and name the folder`,
  );
}

/** Counts lines. The first line of a file that is not blank decides whether the file is an access log. */
function createCounter(
  tally: Tally,
  decide: Decide,
): Pick<LogVisitor, 'begin' | 'line' | 'tooLong'> {
  let file = '';
  let begun = false;
  let columns: Columns | undefined;
  const checkBeginning = (isLog: boolean): void => {
    if (!begun && !isLog) throw notALog(file, wrongBeginning);
    begun = true;
  };
  return {
    begin: (name) => {
      file = name;
      begun = false;
      columns = undefined;
    },
    line: (text) => {
      const line = begun ? text : text.replace(/^\uFEFF/, '');
      if (line.trim() === '') return;
      checkBeginning(begun || beginsAccessLog(line));
      const read = readAccessLine(line, columns);
      if (typeof read === 'object' && 'columns' in read) {
        columns = read.columns;
        const missing = missingFields(columns);
        if (missing.length > 0) throw notALog(file, `#Fields does not name ${missing.join(', ')}`);
      }
      countLine(tally, read, decide);
    },
    tooLong: () => {
      checkBeginning(begun);
      tally.tooLong += 1;
    },
  };
}

async function countLogs(
  logs: readonly string[],
  sides: Sides,
  { startProgress }: ReportedReading,
): Promise<ReplayResult> {
  const files = await logFiles(logs);
  const tally = emptyTally();
  const damaged: string[] = [];
  const progress = startProgress(totalBytes(files));
  try {
    await readLogs(files, {
      ...createCounter(tally, createDecider(sides)),
      damaged: (name) => void damaged.push(name),
      advance: progress.advance,
    });
  } finally {
    progress.end();
  }
  return { report: replayReport(tally, sides.after.policy.tenant), damaged };
}

/** A log in another format must not look like a log in which nothing is refused. */
function checkReadable(logs: readonly string[], report: ReplayReport): void {
  const { requests, otherTenants, undecided, unreadable, tooLong } = report;
  const counts = [requests, otherTenants, ...Object.values(undecided)];
  if (unreadable + tooLong > 0 && counts.every((count) => count === 0))
    throw new OperatorFailure(
      'not_a_log',
      `no line of ${logs.map(fileName).join(', ')} is a request in a CloudFront log format`,
    );
}

/** A build must not pass because its log was empty. */
function checkCompared({ needsRequests }: ReplayRequest, { requests, tenant }: ReplayReport): void {
  if (needsRequests && requests === 0)
    throw new OperatorFailure(
      'not_found',
      `the log has no request of ${tenant}, so nothing was compared; leave out --fail-on-refused, or use a log with requests of ${tenant}`,
    );
}

/**
 * Decides every logged request under the policy before and the policy after, and counts what would
 * change. Throws `usage`, `invalid_policy`, `unreadable_file`, `not_a_log` or `not_found`.
 */
export async function replayLogs(
  open: OpenInstallation,
  request: ReplayRequest,
  reading: ReportedReading,
): Promise<ReplayResult> {
  const logs = chooseLogs(request);
  const result = await countLogs(logs, await readSides(open, request), reading);
  reading.reportDamaged(result.damaged);
  checkReadable(logs, result.report);
  checkCompared(request, result.report);
  return result;
}
