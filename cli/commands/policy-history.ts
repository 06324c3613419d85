import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { mintableRoot } from '../../operator/policy-change.ts';
import type { Installation } from '../../operator/target/target.ts';
import { checkTenantName } from '../../operator/tenant-name.ts';
import { PortFailure } from '../../shared/ports.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import {
  type AuditReport,
  auditTrail,
  type HistoryEntry,
  policyHistory,
} from '../../shared/versions/audit.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printChange } from '../print/change.ts';

type Entry = Omit<HistoryEntry, 'deleted'> & { readonly deleted?: true };

async function entriesOf(target: Installation, tenant: string): Promise<readonly Entry[]> {
  checkTenantName(tenant);
  const history = await policyHistory(target, tenant).catch((thrown: Error) => {
    if (thrown instanceof PortFailure) throw thrown;
    throw new OperatorFailure(
      'damaged_trail',
      `${thrown.message}; look at all of it with: npx signet policy audit ${tenant}`,
    );
  });
  if (history.length === 0)
    throw new OperatorFailure('not_found', `there is no tenant ${tenant}, and there never was`);
  return history.map(({ deleted, ...entry }) => (deleted ? { ...entry, deleted } : entry));
}

const printEntry = ({ version, at, by, reason, deleted }: Entry): string => {
  const why = reason === null ? '' : `  ${escapeForTerminal(reason)}`;
  return `${String(version).padStart(4)}  ${at}  ${escapeForTerminal(by)}${deleted ? '  (deleted)' : ''}${why}`;
};

/** What the trail ought to have between two versions. */
function printGap({ version }: Entry, before: Entry | undefined): readonly string[] {
  const from = (before?.version ?? 0) + 1;
  if (from === version) return [];
  const gone =
    from === version - 1 ? `version ${from} is` : `versions ${from} to ${version - 1} are`;
  return [`      ${gone} missing`];
}

async function history(tenant: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const entries = await entriesOf(await open(), tenant);
    const lines = entries.flatMap((one, at) => [
      printEntry(one),
      ...printGap(one, entries[at + 1]),
    ]);
    return { text: lines.join('\n'), json: entries };
  });
}

function readVersion(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw usageFailure(`"${text}" is not the number of a version`);
  return Number(text);
}

/** The version to go back to: the one that is named, or the last before the live one that had a policy. */
async function wantedVersion(target: Installation, tenant: string, named: string | undefined) {
  const entries = await entriesOf(target, tenant);
  if (named !== undefined) return readVersion(named);
  const [, ...before] = entries;
  const last = before.find(({ deleted }) => deleted !== true);
  if (last === undefined)
    throw new OperatorFailure('not_found', `${tenant} has no version before the live one`);
  return last.version;
}

/** What a version said, but for its keys: a kid that has left never returns. Takedowns stay, too. */
async function contentOf(target: Installation, tenant: string, version: number) {
  const stored = await readRecord(target, auditKey(tenant, version));
  if (stored === undefined)
    throw new OperatorFailure(
      'not_found',
      `${tenant} has no version ${version}; see: npx signet policy history ${tenant}`,
    );
  if (stored.record.policy === null)
    throw new OperatorFailure('not_found', `with version ${version} ${tenant} was deleted`);
  const { keys: _keys, ...content } = stored.record.policy;
  return content;
}

async function rollback(
  tenant: string,
  named: string | undefined,
  options: CommonOptions & { readonly reason: string },
): Promise<void> {
  await runCommand(options, async (open) => {
    const target = await open();
    const version = await wantedVersion(target, tenant, named);
    const content = await contentOf(target, tenant, version);
    const root = await mintableRoot(target);
    const how = { root, reason: options.reason, restoring: true } as const;
    const done = await publishPolicy(target, content, how);
    const text = done.unchanged
      ? `Version ${version} of ${tenant} says what the live version ${done.version} says: nothing to roll back; see npx signet policy history ${tenant}`
      : `Published the content of version ${version} of ${tenant} as version ${done.version}; its keys and what is blocked stay as they are`;
    const { changes, unchanged } = done;
    return {
      text: [text, ...changes.map(printChange)].join('\n'),
      json: { tenant, version: done.version, restored: version, unchanged, changes },
    };
  });
}

function printReport(tenant: string, { versions, faults }: AuditReport): string {
  if (faults.length === 0) return `The trail of ${tenant} is whole: ${versions} versions`;
  return [`The trail of ${tenant} does not verify:`, ...faults.map((one) => `  ✗ ${one}`)].join(
    '\n',
  );
}

async function audit(tenant: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    checkTenantName(tenant);
    const report = await auditTrail(await open(), tenant);
    if (report.versions === 0 && report.faults.length === 0)
      throw new OperatorFailure('not_found', `there is no tenant ${tenant}, and there never was`);
    return {
      text: printReport(tenant, report),
      json: { tenant, verified: report.faults.length === 0, ...report },
      exit: report.faults.length === 0 ? 0 : 1,
    };
  });
}

export const historyCommand = command(
  'history <tenant>',
  'Who published what, when and why, newest first',
).action(history);

export const rollbackCommand = command(
  'rollback <tenant> [version]',
  'Publish what a version said, as a new version, but for its keys and what is blocked; without a version, the one before',
)
  .requiredOption('--reason <text>', 'why; it stays in the audit trail')
  .action(rollback);

export const auditCommand = command(
  'audit <tenant>',
  'Verify the audit trail: finds an edit, a removal, a reorder; exits 1 when it does not verify',
).action(audit);
