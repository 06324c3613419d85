import { blockScope, unblockScope } from '../../operator/policies/block.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { literalStarNote } from '../print/scope.ts';

type Options = CommonOptions & { readonly reason: string };

async function block(tenant: string, scope: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const blocked = await blockScope(open, { tenant, scope, reason: options.reason });
    const text = `Blocked ${scope} of ${tenant} with version ${blocked.version}. It is refused within a minute, cached or not.${literalStarNote(scope)}`;
    return { text, json: blocked };
  });
}

async function unblock(tenant: string, scope: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const unblocked = await unblockScope(open, { tenant, scope, reason: options.reason });
    const { version, blockedBy } = unblocked;
    const hint = blockedBy === null ? '' : `; it is still blocked by ${blockedBy}`;
    return {
      text: `Unblocked ${scope} of ${tenant} with version ${version}${hint}`,
      json: unblocked,
    };
  });
}

export const blockCommand = command(
  'block <tenant> <scope>',
  "Block a source, a watermark (_watermarks/ID.png), or everything below 'prefix/*'. Takes effect within a minute, also for cached images",
)
  .requiredOption('--reason <text>', 'the reason, recorded in the audit trail')
  .action(block);

export const unblockCommand = command(
  'unblock <tenant> <scope>',
  'Serve a blocked source, watermark or prefix again',
)
  .requiredOption('--reason <text>', 'the reason, recorded in the audit trail')
  .action(unblock);
