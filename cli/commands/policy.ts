import { Command } from 'commander';
import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { mintableRoot } from '../../operator/policy-change.ts';
import {
  isBase,
  type ResolvedPolicy,
  resolvePolicyFile,
} from '../../operator/policy-files/policy-extends.ts';
import { checkRoots, policyFiles } from '../../operator/policy-files/policy-file.ts';
import { printIssue, readPolicySet } from '../../operator/policy-files/policy-set.ts';
import type { Installation } from '../../operator/target/target.ts';
import { type PolicyIssue, policyIssues } from '../../shared/policy/issues.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { policyWarnings } from '../../shared/policy/warnings.ts';
import { type Publication, publishPolicy } from '../../shared/versions/publishing.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printChange } from '../print/change.ts';
import { costCommand } from './policy-cost.ts';
import { diffCommand } from './policy-diff.ts';
import { auditCommand, historyCommand, rollbackCommand } from './policy-history.ts';
import { replayCommand } from './policy-replay.ts';
import { schemaCommand } from './policy-schema.ts';

type Checked = {
  readonly file: string;
  /** Whose policy it is, as far as it says so. */
  readonly tenant?: string;
  readonly issues: readonly PolicyIssue[];
  /** What is allowed and probably not meant. */
  readonly warnings: readonly PolicyIssue[];
};

function judged(file: string, document: unknown): Checked {
  const issues = policyIssues(document);
  const warnings = issues.length === 0 ? policyWarnings(validPolicy(document), Date.now()) : [];
  const tenant = (document as { readonly tenant?: unknown }).tenant;
  return { file, ...(typeof tenant === 'string' ? { tenant } : {}), issues, warnings };
}

/** Which of two would hold nobody could say, so the later one is at fault. */
function withoutTwins(all: readonly Checked[]): readonly Checked[] {
  const first = new Map<string, string>();
  return all.map(({ tenant, ...one }) => {
    const twin = tenant === undefined ? undefined : first.get(tenant);
    if (tenant !== undefined && twin === undefined) first.set(tenant, one.file);
    if (twin === undefined) return one;
    const message = `is ${tenant}, of which ${twin} is a policy, too`;
    return { ...one, issues: [...one.issues, { path: 'tenant', message }] };
  });
}

/** Nothing for a base in a folder: it is there for others to extend. */
async function check(file: string, named: boolean): Promise<readonly Checked[]> {
  try {
    const document = await resolvePolicyFile(file);
    return isBase(document) && !named ? [] : [judged(file, document)];
  } catch (thrown) {
    if (!(thrown instanceof OperatorFailure) || thrown.code !== 'invalid_policy') throw thrown;
    const issue = { path: '', message: thrown.message.slice(file.length + 1) };
    return [{ file, issues: [issue], warnings: [] }];
  }
}

function printChecked({ file, issues, warnings }: Checked): string {
  const lines = [
    ...issues.map((issue) => printIssue(file, issue)),
    ...(issues.length === 0 ? [`${file}: valid`] : []),
    ...warnings.map((warning) => printIssue(file, warning, 'warning: ')),
  ];
  return lines.join('\n');
}

async function validate(paths: readonly string[], options: CommonOptions): Promise<void> {
  await runCommand(options, async () => {
    const files = await policyFiles(paths);
    const all = await Promise.all(files.map((file) => check(file, paths.includes(file))));
    const checked = withoutTwins(all.flat());
    const valid = checked.every(({ issues }) => issues.length === 0);
    return {
      text: checked.map(printChecked).join('\n'),
      json: { valid, files: checked },
      exit: valid ? 0 : 1,
    };
  });
}

type PublishChoices = { readonly reason?: string; readonly expect?: string };

function expectedVersion({ expect }: PublishChoices, count: number): number | undefined {
  if (expect === undefined) return undefined;
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(expect))
    throw usageFailure(`--expect is "${expect}"; write the number of a version, or 0`);
  if (count > 1) throw usageFailure('--expect goes with one policy');
  return Number(expect);
}

async function publishAll(
  target: Installation,
  all: readonly ResolvedPolicy[],
  choices: PublishChoices,
) {
  const expected = expectedVersion(choices, all.length);
  const keyring = await target.keyring();
  for (const { file, document } of all) checkRoots(file, document, keyring);
  const root = await mintableRoot(target);
  const done: Publication[] = [];
  for (const { document } of all)
    done.push(await publishPolicy(target, document, { root, reason: choices.reason, expected }));
  return done;
}

/** What it changes is said again: perhaps it undoes what somebody else has published since. */
function printPublished({ tenant, version, created, unchanged, changes }: Publication): string {
  if (unchanged) return `${tenant} is unchanged: version ${version} stays`;
  if (created) return `Published ${tenant}, a new tenant`;
  return [`Published ${tenant}, version ${version}`, ...changes.map(printChange)].join('\n');
}

async function publish(
  paths: readonly string[],
  options: CommonOptions & PublishChoices,
): Promise<void> {
  await runCommand(options, async (open) => {
    const all = await readPolicySet(paths);
    const tenants = await publishAll(await open(), all, options);
    const warnings = all.flatMap(({ file, document }) =>
      policyWarnings(validPolicy(document), Date.now()).map((warning) => ({ file, ...warning })),
    );
    const lines = warnings.map(({ file, ...warning }) => printIssue(file, warning, 'warning: '));
    const published = tenants.map(printPublished);
    return {
      text: [...lines, ...published].join('\n'),
      json: {
        published: tenants.map(({ tenant }) => tenant),
        versions: tenants.map(({ tenant, version, unchanged, changes }) => ({
          ...{ tenant, version, unchanged, changes },
        })),
        warnings,
      },
    };
  });
}

export const policyCommand = new Command('policy')
  .description('Check, publish, look back at and undo policies')
  .addCommand(
    command(
      'validate <paths...>',
      'Check files or folders; prints everything that is wrong',
    ).action(validate),
  )
  .addCommand(
    command('publish <paths...>', 'Publish files or folders: all of them, or none if one is wrong')
      .option('--reason <text>', 'why; it stays in the audit trail')
      .option('--expect <version>', 'refuse when another version is live; for one file')
      .action(publish),
  )
  .addCommand(diffCommand)
  .addCommand(costCommand)
  .addCommand(replayCommand)
  .addCommand(schemaCommand)
  .addCommand(historyCommand)
  .addCommand(rollbackCommand)
  .addCommand(auditCommand);
