import { OperatorFailure } from '../../operator/failure.ts';
import { policyOf } from '../../operator/keys/signer.ts';
import {
  beginsAccessLog,
  type Columns,
  missingFields,
  readAccessLine,
} from '../../operator/logs/access-log.ts';
import { type LogVisitor, logFiles, readLogs, totalBytes } from '../../operator/logs/log-reader.ts';
import { resolvePolicyFile } from '../../operator/policy-files/policy-extends.ts';
import { fileName } from '../../operator/policy-files/unreadable-file.ts';
import { createDecider, type Decide, type Sides } from '../../operator/replay/decision.ts';
import {
  countLine,
  emptyTally,
  type ReplayReport,
  replayReport,
  type Tally,
} from '../../operator/replay/replay-report.ts';
import type { Installation } from '../../operator/target/target.ts';
import { compilePolicy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { PolicyInvalid, validPolicy } from '../../shared/policy/validation.ts';
import { damageWarning, writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printReplay } from '../print/replay.ts';
import { progressOn } from '../progress/bar.ts';

type Options = CommonOptions & {
  readonly policy: string;
  readonly against?: string;
  readonly failOnRefused?: true;
};

type Candidate = ValidPolicy & { readonly knowsBlocked: boolean };

async function documentIn(file: string): Promise<Candidate> {
  const document = await resolvePolicyFile(file);
  try {
    const knowsBlocked = Object.hasOwn(document, 'blocked');
    return { ...validPolicy(document), knowsBlocked };
  } catch (thrown) {
    if (!(thrown instanceof PolicyInvalid)) throw thrown;
    const [{ path, message } = { path: '', message: 'is invalid' }] = thrown.issues;
    throw new OperatorFailure(
      'invalid_policy',
      `${file}: ${path || 'the policy'} ${message}; see all with: npx signet policy validate ${file}`,
    );
  }
}

/** A file without keys says nothing of kids, so none is refused for its own. */
async function beforeIn(file: string, tenant: string): Promise<Sides['before']> {
  const document = await documentIn(file);
  if (document.tenant !== tenant)
    throw new OperatorFailure(
      'invalid_policy',
      `${file} is a policy of ${document.tenant}, not of ${tenant}`,
    );
  return { policy: compilePolicy(document), knowsKids: document.keys !== undefined };
}

/** What is live, or stands for it, and what would be live if the file were published. */
async function sidesFor(
  { policy, against }: Options,
  open: () => Promise<Installation>,
): Promise<Sides> {
  const document = await documentIn(policy);
  const { tenant, keys, knowsBlocked } = document;
  const before =
    against === undefined
      ? { policy: await policyOf(await open(), tenant), knowsKids: true }
      : await beforeIn(against, tenant);
  const { active, accept } = keys ?? before.policy.keys;
  const blocked = [...(knowsBlocked ? document : before.policy).blocked];
  const after = compilePolicy({ ...document, blocked, keys: { active, accept: [...accept] } });
  return { before, after: { policy: after, knowsKids: keys !== undefined || before.knowsKids } };
}

const notALog = (file: string, why: string): OperatorFailure =>
  new OperatorFailure('not_a_log', `${fileName(file)} is not an access log of CloudFront: ${why}`);

const wrongBeginning = 'it begins with neither #Version or #Fields nor a JSON object';

/** Counts what is read. The first line of a file that says something says what the file is. */
function counting(tally: Tally, decide: Decide, damaged: string[]): Omit<LogVisitor, 'advance'> {
  let file = '';
  let begun = false;
  let columns: Columns | undefined;
  const enter = (sound: boolean): void => {
    if (!begun && !sound) throw notALog(file, wrongBeginning);
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
      enter(begun || beginsAccessLog(line));
      const read = readAccessLine(line, columns);
      if (typeof read === 'object' && 'columns' in read) {
        columns = read.columns;
        const missing = missingFields(columns);
        if (missing.length > 0) throw notALog(file, `#Fields does not name ${missing.join(', ')}`);
      }
      countLine(tally, read, decide);
    },
    tooLong: () => {
      enter(begun);
      tally.tooLong += 1;
    },
    damaged: (name) => void damaged.push(name),
  };
}

async function countAll(logs: readonly string[], sides: Sides, quiet: boolean) {
  const files = await logFiles(logs);
  const tally = emptyTally();
  const damaged: string[] = [];
  const progress = progressOn(process.stderr, totalBytes(files), quiet);
  try {
    await readLogs(files, {
      ...counting(tally, createDecider(sides), damaged),
      advance: progress.advance,
    });
  } finally {
    progress.end();
  }
  return { tally, damaged };
}

/** A log of something else would pass for one in which nothing is refused. */
function checkSaid(logs: readonly string[], report: ReplayReport): void {
  const { requests, otherTenants, undecided, unreadable, tooLong } = report;
  const counts = [requests, otherTenants, ...Object.values(undecided)];
  if (unreadable + tooLong > 0 && counts.every((count) => count === 0))
    throw new OperatorFailure(
      'not_a_log',
      `no line of ${logs.map(fileName).join(', ')} is a request as CloudFront logs them`,
    );
}

/** A build must not pass because its log was empty. */
function checkCompared({ failOnRefused }: Options, { requests, tenant }: ReplayReport): void {
  if (failOnRefused && requests === 0)
    throw new OperatorFailure(
      'not_found',
      `there is no request of ${tenant} in the log, so nothing was compared; leave out --fail-on-refused, or give it a log with some`,
    );
}

async function replay(logs: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const json = options.json ?? false;
    const sides = await sidesFor(options, open);
    const { tally, damaged } = await countAll(logs, sides, json);
    const report = replayReport(tally, sides.after.policy.tenant);
    writeWarnings(damaged.map(damageWarning), json);
    checkSaid(logs, report);
    checkCompared(options, report);
    const refused = options.failOnRefused === true && report.newlyRefused > 0;
    return {
      text: printReplay(report),
      json: { ...report, damaged },
      exit: refused || damaged.length > 0 ? 1 : 0,
    };
  });
}

export const replayCommand = command(
  'replay <logs...>',
  "Show what a policy would change for requests that CloudFront has logged: files or folders, plain or gzipped, standard or JSON; - reads stdin. Signatures and expiry are not checked again. Accept is not in the log, so format,f_auto counts for each type that it can settle on, and keys are 'at most'",
)
  .requiredOption('--policy <file>', 'the policy that would be published')
  .option('--against <file>', 'compare with this policy instead of the live one')
  .option('--fail-on-refused', 'exit with 1 when anything is newly refused')
  .action(replay);
