import type { Finding } from '../../operator/doctor/finding.ts';
import { printCount } from '../base/quantity.ts';
import { adviseTo, type CheckedStack } from './doctor-advice.ts';
import { describeProblem, describeState } from './doctor-findings.ts';

/** A finding as it is printed: what was found, and what to do about it. */
export type PrintedFinding = {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo?: string;
};

/** A finding in sentences. `stack` is the deployed stack that was checked. */
export function describeFinding(finding: Finding, stack: CheckedStack): PrintedFinding {
  const { tenant, ok } = finding;
  const check = tenant === undefined ? finding.check : `${finding.check} ${tenant}`;
  if (finding.ok) return { check, ok, found: describeState(finding.state) };
  const { problem } = finding;
  return { check, ok, found: describeProblem(problem), todo: adviseTo(finding, stack) };
}

const printFinding = ({ check, ok, found, todo }: PrintedFinding): string =>
  `${ok ? '✓' : '✗'} ${check}: ${found}${todo === undefined ? '' : `\n    do: ${todo}`}`;

export function printFindings(findings: readonly PrintedFinding[]): string {
  const problems = findings.filter(({ ok }) => !ok).length;
  const end =
    problems === 0
      ? 'No problems found'
      : `${printCount(problems, 'problem')} found in ${findings.length} checks`;
  return [...findings.map(printFinding), end].join('\n');
}
