import { usageFailure } from '../../operator/failure.ts';
import { auditTenant, readHistory } from '../../operator/policies/history.ts';
import { rollbackPolicy } from '../../operator/policies/rollback.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printAudit, printHistory, printRollback } from '../print/policy.ts';
import { purgeHelp, purgeNote } from '../print/publication.ts';

async function history(tenant: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const versions = await readHistory(open, tenant);
    return { text: printHistory(versions), json: versions };
  });
}

function readVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw usageFailure(`"${text}" is not a version number; write one such as 3`);
  return Number(text);
}

async function rollback(
  tenant: string,
  named: string | undefined,
  options: CommonOptions & { readonly reason: string; readonly purge?: true },
): Promise<void> {
  await runCommand(options, async (open) => {
    const version = readVersion(named);
    const { reason, purge } = options;
    const done = await rollbackPolicy(open, { tenant, version, reason, purge });
    const purged = purge === true ? purgeNote([tenant]) : [];
    return { text: [printRollback(done), ...purged].join('\n'), json: done };
  });
}

async function audit(tenant: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const report = await auditTenant(open, tenant);
    return { text: printAudit(report), json: report, exit: report.verified ? 0 : 1 };
  });
}

export const historyCommand = command(
  'history <tenant>',
  'List the published versions, newest first: who, when and why',
).action(history);

export const rollbackCommand = command(
  'rollback <tenant> [version]',
  'Publish the content of an earlier version as a new version; keys and blocked scopes are unchanged. Without a version, restore the one before the live version',
)
  .requiredOption('--reason <text>', 'the reason, recorded in the audit trail')
  .option('--purge', purgeHelp)
  .action(rollback);

export const auditCommand = command(
  'audit <tenant>',
  'Verify the audit trail: detects edited, removed and reordered versions; exits with 1 if it does not verify',
).action(audit);
