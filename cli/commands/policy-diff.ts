import { diffPolicies } from '../../operator/policies/diff.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printDifferences } from '../print/difference.ts';
import { outcomesExit, outcomesJson } from '../print/outcomes.ts';
import { tenantProgress } from '../progress/fleet.ts';

type Options = CommonOptions & { readonly exitCode?: true; readonly each?: true };

async function diff(paths: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const control = { startProgress: tenantProgress(options.json ?? false) };
    const found = await diffPolicies(open, paths, control);
    const { outcomes, withoutFile } = found;
    const all = resultsOf(outcomes);
    const differs = all.some(
      ({ changes, new: isNew, restores }) => isNew || restores !== undefined || changes.length > 0,
    );
    const unfiled = withoutFile.map((tenant) => ({
      tenant,
      new: false,
      changes: [],
      hasFile: false,
    }));
    return {
      text: printDifferences(found, options.each ?? false),
      json: [...outcomesJson(outcomes), ...unfiled],
      exit: options.exitCode && differs ? 1 : outcomesExit(outcomes),
    };
  });
}

export const diffCommand = command(
  'diff <paths...>',
  'Show what publishing files or folders would change: + widens, - narrows, ~ neither. Equal changes of several tenants are grouped. Of a folder it also names live tenants without a file, and live versions that were not made from a file. Exits with 1 if a tenant cannot be compared',
)
  .option('--each', 'list each tenant by itself')
  .option('--exit-code', 'exit with 1 if publishing would change anything')
  .action(diff);
