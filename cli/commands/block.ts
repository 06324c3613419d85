import { OperatorFailure } from '../../operator/failure.ts';
import { changePolicy, type PolicyDocumentText } from '../../operator/policy-change.ts';
import { covers } from '../../shared/url/scope.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { checkScope, literalNote } from './purge.ts';

type Options = CommonOptions & { readonly reason: string };

const blockedIn = ({ blocked }: PolicyDocumentText): readonly string[] =>
  (blocked as readonly string[] | undefined) ?? [];

async function block(tenant: string, scope: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    checkScope(scope);
    const { version } = await changePolicy(await open(), tenant, options.reason, ({ policy }) => {
      const blocked = blockedIn(policy);
      if (blocked.includes(scope))
        throw new OperatorFailure('conflict', `${scope} of ${tenant} is blocked already`);
      return { ...policy, blocked: [...blocked, scope] };
    });
    const text = `Blocked ${scope} of ${tenant} with version ${version}: refused within a minute, cached or not.${literalNote(scope)}`;
    return { text, json: { tenant, scope, version } };
  });
}

/** A scope inside a wider one stays blocked when it alone is lifted. */
function stillBlocked(blocked: readonly string[], scope: string): string | undefined {
  return blocked.find((one) => one !== scope && covers(one, scope));
}

async function unblock(tenant: string, scope: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    let wider: string | undefined;
    const { version } = await changePolicy(await open(), tenant, options.reason, ({ policy }) => {
      const blocked = blockedIn(policy);
      wider = stillBlocked(blocked, scope);
      if (!blocked.includes(scope))
        throw new OperatorFailure(
          'not_found',
          wider === undefined
            ? `${scope} of ${tenant} is not blocked`
            : `${scope} of ${tenant} is blocked by ${wider}; unblock that`,
        );
      return { ...policy, blocked: blocked.filter((one) => one !== scope) };
    });
    const hint = wider === undefined ? '' : `; it stays blocked by ${wider}`;
    const text = `Unblocked ${scope} of ${tenant} with version ${version}${hint}`;
    return { text, json: { tenant, scope, version, blockedBy: wider ?? null } };
  });
}

export const blockCommand = command(
  'block <tenant> <scope>',
  "Take a source down, or all below 'prefix/*': refused within a minute, cached or not",
)
  .requiredOption('--reason <text>', 'why; it stays in the audit trail')
  .action(block);

export const unblockCommand = command('unblock <tenant> <scope>', 'Serve again what was blocked')
  .requiredOption('--reason <text>', 'why; it stays in the audit trail')
  .action(unblock);
