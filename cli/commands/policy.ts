import { Command } from 'commander';
import { usageFailure } from '../../operator/failure.ts';
import { publishPolicies } from '../../operator/policies/publish.ts';
import { validatePolicies } from '../../operator/policies/validate.ts';
import { printCount } from '../../operator/quantity.ts';
import { confirm } from '../base/confirm.ts';
import { addSkipOption, type SkipOption } from '../base/tenant-options.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { outcomesExit } from '../print/outcomes.ts';
import { printPublished, publishedJson, purgeHelp } from '../print/publication.ts';
import { printValidation } from '../print/validation.ts';
import { changeTenants } from '../progress/fleet.ts';
import { auditCommand } from './policy-audit.ts';
import { compareCommand } from './policy-compare.ts';
import { costCommand } from './policy-cost.ts';
import { diffCommand } from './policy-diff.ts';
import { historyCommand } from './policy-history.ts';
import { replayCommand } from './policy-replay.ts';
import { rollbackCommand } from './policy-rollback.ts';
import { schemaCommand } from './policy-schema.ts';

async function validate(paths: readonly string[], options: CommonOptions): Promise<void> {
  await runCommand(options, async () => {
    const checked = await validatePolicies(paths);
    return {
      text: printValidation(checked.files),
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

type PublishOptions = CommonOptions &
  SkipOption & {
    readonly expect?: string;
    readonly purge?: true;
    readonly each?: true;
    readonly prune?: true;
    readonly yes?: true;
  };

/** Asks before tenants without a file are deleted. */
const askToPrune =
  ({ yes }: PublishOptions) =>
  (tenants: readonly string[]): Promise<void> =>
    confirm(
      `${printCount(tenants.length, 'tenant')} without a file will be deleted: ${tenants.join(', ')}. Every URL of theirs will be refused within a minute. Their signing keys never return: npx signet policy rollback TENANT brings a policy back with a new key.`,
      yes === true,
    );

async function publish(paths: readonly string[], options: PublishOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const expected = readExpected(options.expect);
    if (options.prune && options.skip)
      throw usageFailure(
        '--prune deletes nothing unless every policy is published; leave out --skip',
      );
    const { each, purge, reason, target } = options;
    const prune = options.prune ? askToPrune(options) : undefined;
    const choices = { reason, expected, purge, prune };
    const set = await changeTenants(options, (control) =>
      publishPolicies(open, paths, choices, control),
    );
    return {
      text: printPublished(set, { each, purge, target }),
      json: publishedJson(set, { purge, target }),
      exit: outcomesExit([...set.outcomes, ...set.pruned]),
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
    addSkipOption(
      command(
        'publish <paths...>',
        'Publish files or folders. All are checked first, and if one cannot be published, none is. If a write fails after that, the command says what was published and how to go on, and exits with 1, or with 3 if the target stopped answering',
      ),
    )
      .option('--reason <text>', 'the reason, recorded in the audit trail')
      .option('--each', 'list each tenant by itself')
      .option('--purge', purgeHelp)
      .option('--prune', 'delete the live tenants that have no file in the folders; asks first')
      .option('--yes', 'do not ask for confirmation')
      .option('--expect <version>', 'refuse if another version is live; for one policy only')
      .action(publish),
  )
  .addCommand(diffCommand)
  .addCommand(compareCommand)
  .addCommand(costCommand)
  .addCommand(replayCommand)
  .addCommand(schemaCommand)
  .addCommand(historyCommand)
  .addCommand(rollbackCommand)
  .addCommand(auditCommand);
