import { OperatorFailure, usageFailure } from '../failure.ts';
import { fileName } from '../file-failure.ts';
import {
  type AccessLine,
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
import { resultsOf, type TenantOutcome } from '../tenants/outcomes.ts';
import { createDecider, type Sides } from './decision.ts';
import {
  countLine,
  emptyTally,
  type NoteVerdict,
  type ReplayReport,
  replayReport,
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
  /** One for each policy, in the order of the files. */
  readonly outcomes: readonly TenantOutcome<ReplayReport>[];
  /** Files that were cut or damaged; counted up to the damage. */
  readonly damaged: readonly string[];
};

/** How a door shows the reading, stops it, and gets each decision. */
export type ReplayReading = ReportedReading & {
  /** Once aborted, the report is of what was read until then. */
  readonly signal?: AbortSignal;
  readonly note?: NoteVerdict;
};

/** Ends the reading of logs between two chunks. */
class ReadingStopped extends Error {}

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

/** The tenant of a request, from its first segment; the host map is applied before the log is written. */
const tenantIn = (line: AccessLine): string | undefined =>
  typeof line === 'object' && 'request' in line ? line.request.uri.split('/', 2)[1] : undefined;

/** Counts a line for the tenant of its request, or as one of no tenant that is compared. */
type CountLine = (line: AccessLine) => void;

/** The tally of each tenant. What belongs to none of them is counted once. */
function createTallies(all: readonly Sides[], note: NoteVerdict | undefined) {
  const tallies = all.map((sides) => ({
    ...{ tenant: sides.after.policy.tenant, tally: emptyTally(), decide: createDecider(sides) },
  }));
  const byTenant = new Map(tallies.map((one) => [one.tenant, one]));
  const [first] = tallies;
  const count: CountLine = (line) => {
    const one = byTenant.get(tenantIn(line) ?? '') ?? first;
    if (one !== undefined) countLine(one.tally, line, one.decide, note);
  };
  const tooLong = (): void => {
    if (first !== undefined) first.tally.tooLong += 1;
  };
  const reports = () => tallies.map(({ tally, tenant }) => replayReport(tally, tenant));
  return { count, tooLong, reports };
}

/** Counts lines. The first line of a file that is not blank decides whether the file is an access log. */
function createCounter(
  tallies: ReturnType<typeof createTallies>,
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
      tallies.count(read);
    },
    tooLong: () => {
      checkBeginning(begun);
      tallies.tooLong();
    },
  };
}

async function countLogs(
  logs: readonly string[],
  all: readonly Sides[],
  { startProgress, note, signal }: ReplayReading,
): Promise<{ readonly reports: readonly ReplayReport[]; readonly damaged: readonly string[] }> {
  const files = await logFiles(logs);
  const tallies = createTallies(all, note);
  const damaged: string[] = [];
  const progress = startProgress(totalBytes(files));
  try {
    await readLogs(files, {
      ...createCounter(tallies),
      damaged: (name) => void damaged.push(name),
      advance: (bytes) => {
        if (signal?.aborted === true) throw new ReadingStopped();
        progress.advance(bytes);
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof ReadingStopped)) throw thrown;
  } finally {
    progress.end();
  }
  return { reports: tallies.reports(), damaged };
}

/** A log in another format must not look like a log in which nothing is refused. */
function checkReadable(logs: readonly string[], reports: readonly ReplayReport[]): void {
  const sum = (count: (report: ReplayReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  const readable = sum(({ requests, otherTenants, undecided }) =>
    [requests, otherTenants, ...Object.values(undecided)].reduce((total, one) => total + one, 0),
  );
  if (readable === 0 && sum(({ unreadable, tooLong }) => unreadable + tooLong) > 0)
    throw new OperatorFailure(
      'not_a_log',
      `no line of ${logs.map(fileName).join(', ')} is a request in a CloudFront log format`,
    );
}

/** A build must not pass because its log was empty. */
function checkCompared({ needsRequests }: ReplayRequest, reports: readonly ReplayReport[]): void {
  if (!needsRequests || reports.some(({ requests }) => requests > 0)) return;
  const [{ tenant } = { tenant: '' }] = reports;
  const whose = reports.length === 1 ? tenant : 'these tenants';
  throw new OperatorFailure(
    'not_found',
    `the log has no request of ${whose}, so nothing was compared; leave out --fail-on-refused, or use a log with requests of ${whose}`,
  );
}

/**
 * Decides every logged request under the policies before and after of its tenant, and counts what would
 * change. The logs are read once, however many policies there are. Throws `usage`, `invalid_policy`,
 * `unreadable_file`, `not_a_log` or `not_found`.
 */
export async function replayLogs(
  open: OpenInstallation,
  request: ReplayRequest,
  reading: ReplayReading,
): Promise<ReplayResult> {
  const logs = chooseLogs(request);
  const sides = await readSides(open, request);
  const { reports, damaged } = await countLogs(logs, resultsOf(sides), reading);
  reading.reportDamaged(damaged);
  checkReadable(logs, reports);
  checkCompared(request, reports);
  const byTenant = new Map(reports.map((report) => [report.tenant, report]));
  const outcomes = sides.map((one): TenantOutcome<ReplayReport> => {
    const result = byTenant.get(one.tenant);
    if (one.state !== 'done') return one;
    return result === undefined ? { tenant: one.tenant, state: 'left' } : { ...one, result };
  });
  return { outcomes, damaged };
}
