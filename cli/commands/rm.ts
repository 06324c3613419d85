import { printCount } from '../../operator/quantity.ts';
import { printScopeWarnings } from '../../operator/scopes/scope-text.ts';
import { printRemovalQuestion, printRemoved } from '../../operator/sources/removal-text.ts';
import { type RemovalControl, removeScopes } from '../../operator/sources/remove-sources.ts';
import { confirm } from '../base/confirm.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { countedProgress } from '../progress/counted.ts';

type Options = CommonOptions & { readonly yes?: true };

const controlOnTerminal = (json: boolean, yes: boolean): RemovalControl => ({
  onChecked: (scope, checked) => writeWarnings(printScopeWarnings(scope, checked), json),
  startProgress: (total) => countedProgress(total, json, (count) => printCount(count, 'source')),
  confirm: (plans, isRestorable) => confirm(printRemovalQuestion(plans, isRestorable), yes),
});

async function rm(tenant: string, paths: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { json = false, yes = false } = options;
    const request = { tenant, scopes: paths };
    const done = await removeScopes(open, request, controlOnTerminal(json, yes));
    return { text: printRemoved(done), json: done };
  });
}

export const rmCommand = command(
  'rm <tenant> <sources...>',
  "Delete sources, all sources below 'prefix/*', watermarks (_watermarks/ID.png), or the source of a URL, and purge their derivatives as purge does. Shows what it covers, and asks. Refuses what covers nothing",
)
  .option('--yes', 'do not ask for confirmation')
  .action(rm);
