import type { PolicyDifference } from '../../operator/policies/diff.ts';
import type { Author, PolicyVersion, TenantAudit } from '../../operator/policies/history.ts';
import type { Rollback } from '../../operator/policies/rollback.ts';
import type { ValidatedFile } from '../../operator/policies/validate.ts';
import { printIssue } from '../../operator/policy-files/policy-set.ts';
import { tenantPurgeSeconds } from '../../shared/objects/purge.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import type { Publication } from '../../shared/versions/publishing.ts';
import { printCount } from '../base/quantity.ts';
import { printChange } from './change.ts';

export function printValidatedFile({ file, issues, warnings }: ValidatedFile): string {
  const lines = [
    ...issues.map((issue) => printIssue(file, issue)),
    ...(issues.length === 0 ? [`${file}: valid`] : []),
    ...warnings.map((warning) => printIssue(file, warning, 'warning: ')),
  ];
  return lines.join('\n');
}

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
  // The trail of a tenant outlives the tenant.
  if (created)
    return version === 1
      ? `Published ${tenant}, a new tenant`
      : `Published ${tenant}, restored as version ${version}: its trail is continued`;
  return [`Published ${tenant}, version ${version}`, ...changes.map(printChange)].join('\n');
}

export function printDifference({ tenant, changes, new: isNew }: PolicyDifference): string {
  if (changes.length === 0 && !isNew) return `${tenant}: no difference`;
  const lines = changes.map(printChange);
  return [isNew ? `${tenant}: a new tenant` : `${tenant}:`, ...lines].join('\n');
}

/** Anyone can declare any name, so that is said where AWS did not confirm it. */
const printAuthor = ({ by, identity }: Author): string =>
  `${escapeForTerminal(by)}${identity === undefined ? ' (self-declared)' : ''}`;

function printVersion({ version, at, reason, deleted, ...author }: PolicyVersion): string {
  const why = reason === null ? '' : `  ${escapeForTerminal(reason)}`;
  return `${String(version).padStart(4)}  ${at}  ${printAuthor(author)}${deleted ? '  (deleted)' : ''}${why}`;
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

const printAuthors = ({ authors }: TenantAudit): readonly string[] =>
  authors.map((one) => `  ${printCount(one.versions, 'version')} by ${printAuthor(one)}`);

export function printAudit(audit: TenantAudit): string {
  const { tenant, versions, faults } = audit;
  if (faults.length === 0) {
    const intact = `The audit trail of ${tenant} is intact: ${printCount(versions, 'version')}`;
    return [intact, ...printAuthors(audit)].join('\n');
  }
  const lines = faults.map((one) => `  ✗ ${one}`);
  return [
    `The audit trail of ${tenant} does not verify:`,
    ...lines,
    ...(audit.authors.length === 0 ? [] : ['The versions that verify:', ...printAuthors(audit)]),
  ].join('\n');
}
