import { Command } from 'commander';
import { usageFailure } from '../../operator/failure.ts';
import { readRootKids, readTenantKey, readTenantKeys } from '../../operator/keys/tenant-keys.ts';
import type { OpenInstallation } from '../../operator/target/target.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { printKeyVariables, printTenantKeys } from '../print/keys.ts';
import { retireCommand, rotateCommand } from './keys-rotation.ts';

type Options = CommonOptions & {
  readonly env?: true;
  readonly kids?: true;
  readonly secret?: true;
};

async function showRoots(open: OpenInstallation): Promise<Result> {
  const kids = await readRootKids(open);
  return { text: kids.join('\n'), json: { roots: kids.map((kid) => ({ kid })) } };
}

async function showVariables(open: OpenInstallation, tenant: string): Promise<Result> {
  const key = await readTenantKey(open, tenant);
  const { kid, signingKey } = key;
  return { text: printKeyVariables(key), json: { tenant, kid, signingKey } };
}

async function showKeys(open: OpenInstallation, tenant: string, asked: Options): Promise<Result> {
  const key = await readTenantKeys(open, tenant);
  const { kid, kids, signingKey } = key;
  const json = { tenant, kid, signingKey, ...(asked.kids ? { kids } : {}) };
  return { text: printTenantKeys(key, asked.secret ?? false), json };
}

async function show(tenant: string | undefined, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    if (options.env && options.json) throw usageFailure('--env prints variables; leave out --json');
    if (tenant !== undefined)
      return options.env ? showVariables(open, tenant) : showKeys(open, tenant, options);
    if (options.env) throw usageFailure('--env needs a tenant');
    if (options.secret) throw usageFailure('--secret needs a tenant; root keys are never printed');
    return showRoots(open);
  });
}

export const keysCommand = new Command('keys')
  .description('Show, rotate and retire signing keys')
  .addCommand(
    command(
      'show [tenant]',
      "Print a tenant's kids; its active signing key with --secret, --env or --json. Without a tenant, the root kids",
    )
      .option(
        '--env',
        'print the variables for mint, clients and examples: SIGNET_URL, SIGNET_TENANT, SIGNET_KID, SIGNET_KEY',
      )
      .option('--secret', 'print the signing key, which is otherwise hidden in the text')
      .option(
        '--kids',
        'with --json: list every accepted kid, its last use, and whether it is safe to retire',
      )
      .action(show),
  )
  .addCommand(rotateCommand)
  .addCommand(retireCommand);
