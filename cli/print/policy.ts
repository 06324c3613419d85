import type { PolicyVersion, TenantAudit } from '../../operator/policies/history.ts';
import type { Rollback } from '../../operator/policies/rollback.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printCount } from '../base/quantity.ts';
import { printChange } from './change.ts';

function printVersion({ version, at, by, reason, deleted }: PolicyVersion): string {
  const why = reason === null ? '' : `  ${escapeForTerminal(reason)}`;
  return `${String(version).padStart(4)}  ${at}  ${escapeForTerminal(by)}${deleted ? '  (deleted)' : ''}${why}`;
}

/** The versions that are missing between two entries of a trail. */
function printGap({ version }: PolicyVersion, before: PolicyVersion | undefined) {
  const from = (before?.version ?? 0) + 1;
  if (from === version) return [];
  const gone =
    from === version - 1 ? `version ${from} is` : `versions ${from} to ${version - 1} are`;
  return [`      ${gone} missing`];
}

export const printHistory = (entries: readonly PolicyVersion[]): string =>
  entries.flatMap((one, at) => [printVersion(one), ...printGap(one, entries[at + 1])]).join('\n');

export function printRollback({ tenant, version, restored, unchanged, changes }: Rollback): string {
  if (unchanged)
    return `Version ${restored} of ${tenant} has the same content as the live version ${version}; nothing to roll back. See npx signet policy history ${tenant}`;
  const text = `Published the content of version ${restored} of ${tenant} as version ${version}. Its keys and blocked scopes are unchanged.`;
  return [text, ...changes.map(printChange)].join('\n');
}

export function printAudit({ tenant, versions, faults }: TenantAudit): string {
  if (faults.length === 0)
    return `The audit trail of ${tenant} is intact: ${printCount(versions, 'version')}`;
  const lines = faults.map((one) => `  ✗ ${one}`);
  return [`The audit trail of ${tenant} does not verify:`, ...lines].join('\n');
}
