import type { PolicyVersion, TenantAudit } from '../../operator/policies/history.ts';
import { resultsOf, type TenantOutcome } from '../../operator/tenants/outcomes.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printCount } from '../base/quantity.ts';
import { printNotDone } from './outcomes.ts';

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

export function printAudit({ tenant, versions, faults }: TenantAudit): string {
  if (faults.length === 0)
    return `The audit trail of ${tenant} is intact: ${printCount(versions, 'version')}`;
  const lines = faults.map((one) => `  ✗ ${one}`);
  return [`The audit trail of ${tenant} does not verify:`, ...lines].join('\n');
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
