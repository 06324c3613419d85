import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { blockCommand, unblockCommand } from './commands/block.ts';
import { completionCommand } from './commands/completion.ts';
import { consoleCommand } from './commands/console.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { getCommand } from './commands/get.ts';
import { grantCommand } from './commands/grant.ts';
import { keysCommand } from './commands/keys.ts';
import { logsCommand } from './commands/logs.ts';
import { lsCommand } from './commands/ls.ts';
import { mintCommand } from './commands/mint.ts';
import { policyCommand } from './commands/policy.ts';
import { prewarmCommand } from './commands/prewarm.ts';
import { purgeCommand } from './commands/purge.ts';
import { putCommand } from './commands/put.ts';
import { rmCommand } from './commands/rm.ts';
import { statsCommand } from './commands/stats.ts';
import { tenantCommand } from './commands/tenant.ts';
import { usageCommand } from './commands/usage.ts';

const exits = `
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 target unreachable.
With SIGNET_KEY set (see keys show --env), mint, grant and explain need no network and do not check the
policy, unless --target is given.`;

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** The whole command line. */
export const program: Command = new Command('signet')
  .version(version)
  .description('Operate Signet: tenants, policies, signing keys, sources and signed URLs')
  .addCommand(mintCommand)
  .addCommand(grantCommand)
  .addCommand(explainCommand)
  .addCommand(putCommand)
  .addCommand(lsCommand)
  .addCommand(getCommand)
  .addCommand(rmCommand)
  .addCommand(purgeCommand)
  .addCommand(prewarmCommand)
  .addCommand(blockCommand)
  .addCommand(unblockCommand)
  .addCommand(tenantCommand)
  .addCommand(policyCommand)
  .addCommand(keysCommand)
  .addCommand(doctorCommand)
  .addCommand(statsCommand)
  .addCommand(usageCommand)
  .addCommand(logsCommand)
  .addCommand(consoleCommand)
  .addCommand(completionCommand(() => program))
  .addHelpText('after', exits);

/** All commands, without the groups that contain them. */
export function leaves(command: Command = program): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap((one) => leaves(one));
}
