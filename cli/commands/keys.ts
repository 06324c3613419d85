import { Command } from 'commander';
import { usageFailure } from '../../operator/failure.ts';
import { keyStates, printKid } from '../../operator/keys/key-states.ts';
import { onlineSigner } from '../../operator/keys/signer.ts';
import type { Installation } from '../../operator/target/target.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { retireCommand, rotateCommand } from './keys-rotation.ts';

type Options = CommonOptions & { readonly env?: true; readonly kids?: true };

async function roots(target: Installation): Promise<Result> {
  const { kids } = await target.keyring();
  return { text: kids.join('\n'), json: { roots: kids.map((kid) => ({ kid })) } };
}

async function tenantKey(target: Installation, tenant: string, asked: Options): Promise<Result> {
  const { env } = asked;
  const { kid, signingKey, address } = await onlineSigner(target, tenant);
  const lines = env
    ? [
        `SIGNET_URL=${address}`,
        `SIGNET_TENANT=${tenant}`,
        `SIGNET_KID=${kid}`,
        `SIGNET_KEY=${signingKey}`,
      ]
    : [`tenant      ${tenant}`, `kid         ${kid}`, `signing key ${signingKey}`];
  if (env) return { text: lines.join('\n'), json: { tenant, kid, signingKey } };
  const kids = await keyStates(target, tenant);
  const text = [...lines, ...kids.map((one) => `accepts     ${printKid(one)}`)].join('\n');
  return { text, json: { tenant, kid, signingKey, ...(asked.kids ? { kids } : {}) } };
}

async function show(tenant: string | undefined, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    if (options.env && options.json) throw usageFailure('--env prints variables; leave out --json');
    if (tenant !== undefined) return tenantKey(await open(), tenant, options);
    if (options.env) throw usageFailure('--env needs a tenant');
    return roots(await open());
  });
}

export const keysCommand = new Command('keys')
  .description('Look at signing keys, rotate and retire them')
  .addCommand(
    command('show [tenant]', "Print a tenant's active signing key; without a tenant, the root kids")
      .option(
        '--env',
        'print what mint, clients and examples read: SIGNET_URL, SIGNET_TENANT, SIGNET_KID, SIGNET_KEY',
      )
      .option(
        '--kids',
        'with --json: every accepted kid, its last use, and whether retiring it is safe',
      )
      .action(show),
  )
  .addCommand(rotateCommand)
  .addCommand(retireCommand);
