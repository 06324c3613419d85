import { readHistory } from '../../operator/policies/history.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printHistory } from '../print/policy.ts';

async function history(tenant: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const versions = await readHistory(open, tenant);
    return { text: printHistory(versions), json: versions };
  });
}

export const historyCommand = command(
  'history <tenant>',
  'List the published versions, newest first: who, when and why',
).action(history);
