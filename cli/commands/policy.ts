import { Command } from 'commander';
import { usageFailure } from '../../operator/failure.ts';
import { publishPolicies } from '../../operator/policies/publish.ts';
import { validatePolicies } from '../../operator/policies/validate.ts';
import { printIssue } from '../../operator/policy-files/policy-set.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printPublication, printValidatedFile, purgeHelp, purgeNote } from '../print/policy.ts';
import { costCommand } from './policy-cost.ts';
import { diffCommand } from './policy-diff.ts';
import { auditCommand, historyCommand, rollbackCommand } from './policy-history.ts';
import { replayCommand } from './policy-replay.ts';
import { schemaCommand } from './policy-schema.ts';

async function validate(paths: readonly string[], options: CommonOptions): Promise<void> {
  await runCommand(options, async () => {
    const checked = await validatePolicies(paths);
    return {
      text: checked.files.map(printValidatedFile).join('\n'),
      json: checked,
      exit: checked.valid ? 0 : 1,
    };
  });
}

function readExpected(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(text))
    throw usageFailure(`--expect is "${text}"; write a version number, or 0 for a new tenant`);
  return Number(text);
}

async function publish(
  paths: readonly string[],
  options: CommonOptions & { readonly expect?: string; readonly purge?: true },
): Promise<void> {
  await runCommand(options, async (open) => {
    const expected = readExpected(options.expect);
    const { reason, purge } = options;
    const published = await publishPolicies(open, paths, { reason, expected, purge });
    const { publications, warnings, notes } = published;
    const lines = [
      ...warnings.map(({ file, ...warning }) => printIssue(file, warning, 'warning: ')),
      ...notes.map(({ file, ...note }) => printIssue(file, note, 'note: ')),
    ];
    return {
      text: [
        ...lines,
        ...publications.map(printPublication),
        ...(purge === true ? purgeNote(publications.map(({ tenant }) => tenant)) : []),
      ].join('\n'),
      json: {
        published: publications.map(({ tenant }) => tenant),
        versions: publications.map(({ tenant, version, unchanged, changes }) => ({
          ...{ tenant, version, unchanged, changes },
        })),
        warnings,
        notes,
      },
    };
  });
}

export const policyCommand = new Command('policy')
  .description('Check, publish, compare, audit and roll back policies')
  .addCommand(
    command(
      'validate <paths...>',
      'Check files, folders or stdin (-) and print every issue',
    ).action(validate),
  )
  .addCommand(
    command('publish <paths...>', 'Publish files or folders; if one is invalid, none is published')
      .option('--reason <text>', 'the reason, recorded in the audit trail')
      .option('--purge', purgeHelp)
      .option('--expect <version>', 'refuse if another version is live; for one policy only')
      .action(publish),
  )
  .addCommand(diffCommand)
  .addCommand(costCommand)
  .addCommand(replayCommand)
  .addCommand(schemaCommand)
  .addCommand(historyCommand)
  .addCommand(rollbackCommand)
  .addCommand(auditCommand);
