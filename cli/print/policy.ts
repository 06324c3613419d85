import type { Author, PolicyVersion, TenantAudit } from '../../operator/policies/history.ts';
import { printCount } from '../../operator/quantity.ts';
import { resultsOf, type TenantOutcome } from '../../operator/tenants/outcomes.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printNotDone } from './outcomes.ts';

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

/** Names the trails that do not verify, and counts the others. */
export function printAudits(outcomes: readonly TenantOutcome<TenantAudit>[]): string {
  const reports = resultsOf(outcomes);
  const broken = reports.filter(({ verified }) => !verified);
  const whole = reports.length - broken.length;
  return [
    ...broken.map(printAudit),
    ...printNotDone(outcomes, 'audited'),
    `${whole} of ${printCount(outcomes.length, 'audit trail')} intact`,
  ].join('\n');
}
