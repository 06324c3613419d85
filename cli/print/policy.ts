import type { PolicyDifference } from '../../operator/policies/diff.ts';
import type { PolicyVersion, TenantAudit } from '../../operator/policies/history.ts';
import type { Rollback } from '../../operator/policies/rollback.ts';
import { tenantPurgeSeconds } from '../../shared/objects/purge.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import type { Publication } from '../../shared/versions/publishing.ts';
import { printCount } from '../base/quantity.ts';
import { printChange } from './change.ts';

/** The help of `--purge`. */
export const purgeHelp =
  'delete all derivatives of the tenants; needed to change source.from or source.prefix';

/** What a purge of whole tenants does, and when. */
export function purgeNote(tenants: readonly string[]): readonly string[] {
  const [first, second] = tenantPurgeSeconds;
  return [
    `All derivatives of ${tenants.join(', ')} are deleted in ${first} s and again in ${second} s.`,
  ];
}

/** Lists the changes too, because a publish may undo the change of another publisher. */
export function printPublication(publication: Publication): string {
  const { tenant, version, created, unchanged, changes } = publication;
  if (unchanged) return `${tenant} is unchanged; version ${version} stays live`;
  if (created) return `Published ${tenant}, a new tenant`;
  return [`Published ${tenant}, version ${version}`, ...changes.map(printChange)].join('\n');
}

export function printDifference({ tenant, changes, new: isNew }: PolicyDifference): string {
  if (changes.length === 0 && !isNew) return `${tenant}: no difference`;
  const lines = changes.map(printChange);
  return [isNew ? `${tenant}: a new tenant` : `${tenant}:`, ...lines].join('\n');
}

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
