import { diffPolicies } from '../../operator/policies/diff.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printDifference } from '../print/policy.ts';

async function diff(
  paths: readonly string[],
  options: CommonOptions & { readonly exitCode?: true },
): Promise<void> {
  await runCommand(options, async (open) => {
    const all = await diffPolicies(open, paths);
    const differs = all.some(({ changes, new: isNew }) => isNew || changes.length > 0);
    return {
      text: all.map(printDifference).join('\n'),
      json: all,
      exit: options.exitCode && differs ? 1 : 0,
    };
  });
}

export const diffCommand = command(
  'diff <paths...>',
  'Show what publishing files or folders would change: + widens, - narrows, ~ neither',
)
  .option('--exit-code', 'exit with 1 if anything would change')
  .action(diff);
