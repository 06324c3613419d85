import { Command } from 'commander';
import { type PolicyIssue, policyIssues } from '../../shared/policy-issues.ts';
import { policyWarnings } from '../../shared/policy-warnings.ts';
import { type Publication as Published, publishPolicy } from '../../shared/stores/publishing.ts';
import { validPolicy } from '../../shared/stores/tenants.ts';
import { type CommonOptions, command, run } from '../command.ts';
import { CommandFailure, usage } from '../failure.ts';
import { mintableRoot } from '../policy-change.ts';
import { checkRoots, policyFiles, readPolicyFile } from '../policy-file.ts';
import type { Target } from '../target.ts';
import { auditCommand, historyCommand, rollbackCommand } from './policy-history.ts';

type Checked = {
  readonly file: string;
  readonly issues: readonly PolicyIssue[];
  /** What is allowed and probably not meant. */
  readonly warnings: readonly PolicyIssue[];
};

function judged(file: string, document: unknown): Checked {
  const issues = policyIssues(document);
  const warnings = issues.length === 0 ? policyWarnings(validPolicy(document)) : [];
  return { file, issues, warnings };
}

async function check(file: string): Promise<Checked> {
  try {
    return judged(file, await readPolicyFile(file));
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure) || thrown.code !== 'invalid_policy') throw thrown;
    const issue = { path: '', message: thrown.message.slice(file.length + 1) };
    return { file, issues: [issue], warnings: [] };
  }
}

const printIssue = (file: string, { path, message }: PolicyIssue, kind = ''): string =>
  `${file}: ${kind}${path || 'the policy'} ${message}`;

function printChecked({ file, issues, warnings }: Checked): string {
  const lines = [
    ...issues.map((issue) => printIssue(file, issue)),
    ...(issues.length === 0 ? [`${file}: valid`] : []),
    ...warnings.map((warning) => printIssue(file, warning, 'warning: ')),
  ];
  return lines.join('\n');
}

async function validate(paths: readonly string[], options: CommonOptions): Promise<void> {
  await run(options, async () => {
    const checked = await Promise.all((await policyFiles(paths)).map(check));
    const valid = checked.every(({ issues }) => issues.length === 0);
    return {
      text: checked.map(printChecked).join('\n'),
      json: { valid, files: checked },
      exit: valid ? 0 : 1,
    };
  });
}

type Publication = { readonly file: string; readonly document: Record<string, unknown> };

/** All of them or none: one that is wrong keeps the others from being published. */
async function readAll(paths: readonly string[]): Promise<readonly Publication[]> {
  const files = await policyFiles(paths);
  const all = await Promise.all(
    files.map(async (file) => ({ file, document: await readPolicyFile(file) })),
  );
  for (const { file, document } of all) checkOne(file, document);
  const tenants = all.map(({ document }) => String(document['tenant']));
  const twice = tenants.find((tenant, at) => tenants.indexOf(tenant) < at);
  if (twice !== undefined)
    throw new CommandFailure('invalid_policy', `more than one file is a policy of ${twice}`);
  return all;
}

function checkOne(file: string, document: unknown): void {
  const issues = policyIssues(document);
  if (issues.length > 0)
    throw new CommandFailure('invalid_policy', printChecked({ file, issues, warnings: [] }));
}

type PublishChoices = { readonly reason?: string; readonly expect?: string };

function expectedVersion({ expect }: PublishChoices, count: number): number | undefined {
  if (expect === undefined) return undefined;
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(expect))
    throw usage(`--expect is "${expect}"; write the number of a version, or 0`);
  if (count > 1) throw usage('--expect goes with one policy');
  return Number(expect);
}

async function publishAll(target: Target, all: readonly Publication[], choices: PublishChoices) {
  const expected = expectedVersion(choices, all.length);
  const keyring = await target.keyring();
  for (const { file, document } of all) checkRoots(file, document, keyring);
  const root = await mintableRoot(target);
  const done: Published[] = [];
  for (const { document } of all)
    done.push(await publishPolicy(target, document, { root, reason: choices.reason, expected }));
  return done;
}

async function publish(
  paths: readonly string[],
  options: CommonOptions & PublishChoices,
): Promise<void> {
  await run(options, async (open) => {
    const all = await readAll(paths);
    const tenants = await publishAll(open(), all, options);
    const warnings = all.flatMap(({ file, document }) =>
      policyWarnings(validPolicy(document)).map((warning) => ({ file, ...warning })),
    );
    const lines = warnings.map(({ file, ...warning }) => printIssue(file, warning, 'warning: '));
    const published = tenants.map(({ tenant, version, created }) =>
      created ? `Published ${tenant}, a new tenant` : `Published ${tenant}, version ${version}`,
    );
    return {
      text: [...lines, ...published].join('\n'),
      json: {
        published: tenants.map(({ tenant }) => tenant),
        versions: tenants.map(({ tenant, version }) => ({ tenant, version })),
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
  .addCommand(historyCommand)
  .addCommand(rollbackCommand)
  .addCommand(auditCommand);
