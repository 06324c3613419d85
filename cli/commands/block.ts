import { type BlockControl, blockScope, unblockScope } from '../../operator/policies/block.ts';
import { printScopeWarnings } from '../../operator/scopes/scope-text.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { isInForce, printTakedown, printWaiting } from '../print/block.ts';
import { writeProgress } from '../progress/lines.ts';

type Options = CommonOptions & { readonly reason: string; readonly wait?: boolean };

function controlOnTerminal(json: boolean, wait: boolean): BlockControl {
  const onWait = (key: string, limitMs: number): void =>
    writeProgress(printWaiting(key, limitMs), json);
  return {
    onChecked: (scope, checked) => writeWarnings(printScopeWarnings(scope, checked), json),
    verify: wait ? { onWait } : undefined,
  };
}

async function block(tenant: string, scope: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { json = false, reason, wait = true } = options;
    const control = controlOnTerminal(json, wait);
    const done = await blockScope(open, { tenant, scope, reason }, control);
    return { text: printTakedown(done), json: done, exit: isInForce(done.check) ? 0 : 1 };
  });
}

async function unblock(tenant: string, scope: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const unblocked = await unblockScope(open, { tenant, scope, reason: options.reason });
    const { version, blockedBy } = unblocked;
    const hint = blockedBy === null ? '' : `; it is still blocked by ${blockedBy}`;
    return {
      text: `Unblocked ${unblocked.scope} of ${tenant} with version ${version}${hint}`,
      json: unblocked,
    };
  });
}

export const blockCommand = command(
  'block <tenant> <scope>',
  "Block a source, a watermark (_watermarks/ID.png), everything below 'prefix/*', or the source of a URL. Takes effect within a minute, also for cached images. Shows what it covers, and views a stored derivative until it is refused. Refuses a scope that covers nothing if a corrected spelling covers something",
)
  .requiredOption('--reason <text>', 'the reason, recorded in the audit trail')
  .option('--no-wait', 'do not view a stored derivative to see that it is refused')
  .action(block);

export const unblockCommand = command(
  'unblock <tenant> <scope>',
  'Serve a blocked source, watermark or prefix again. A URL stands for its source',
)
  .requiredOption('--reason <text>', 'the reason, recorded in the audit trail')
  .action(unblock);
