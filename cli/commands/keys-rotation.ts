import { retireKid, retireRoot } from '../../operator/keys/retirement.ts';
import { rotateRoot, rotateTenantKey } from '../../operator/keys/rotation.ts';
import type { OpenInstallation } from '../../operator/target/target.ts';
import { confirm } from '../base/confirm.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { printAddedRoot, printRetirement, printRotation } from '../print/keys.ts';

type Options = CommonOptions & { readonly yes?: true };

async function rotate(tenant: string | undefined, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    if (tenant === undefined) {
      const added = await rotateRoot(open);
      return { text: printAddedRoot(added), json: added };
    }
    const kids = await rotateTenantKey(open, tenant, options.reason);
    return { text: printRotation(kids), json: kids };
  });
}

async function retireOne(
  open: OpenInstallation,
  tenant: string,
  kid: string,
  { reason, yes }: Options,
): Promise<Result> {
  const question = `Every URL of ${tenant} that was signed with ${kid} will be refused within a minute. This cannot be undone.`;
  const retired = await retireKid(open, { tenant, kid, reason }, () =>
    confirm(question, yes === true),
  );
  return { text: printRetirement(retired), json: retired };
}

async function retire(name: string, kid: string | undefined, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    if (kid !== undefined) return retireOne(open, name, kid, options);
    const question = `Root key ${name} will be deleted from the secret. This cannot be undone.`;
    const json = await retireRoot(open, name, () => confirm(question, options.yes === true));
    return { text: `Retired root key ${name}`, json };
  });
}

export const rotateCommand = command(
  'rotate [tenant]',
  'Sign with a new key; URLs signed before stay valid. Without a tenant, add a root key',
)
  .option('--reason <text>', 'the reason, recorded in the audit trail')
  .action(rotate);

export const retireCommand = command(
  'retire <name> [kid]',
  'Refuse every URL signed with a kid: keys retire TENANT KID. With one name, delete that root key: keys retire r1',
)
  .option('--reason <text>', 'the reason, recorded in the audit trail')
  .option('--yes', 'do not ask for confirmation')
  .action(retire);
