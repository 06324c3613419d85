import { endOf } from '../../operator/doctor/acknowledgements.ts';
import type { Diagnosis, JudgedFinding } from '../../operator/doctor/diagnosis.ts';
import type { Severity } from '../../operator/doctor/severity.ts';
import { printCount, printNumber } from '../../operator/quantity.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { adviseTo, type CheckedStack } from './doctor-advice.ts';
import { describeProblem, describeState } from './doctor-findings.ts';

/** A finding as it is printed: what was found, and what to do about it. */
export type PrintedFinding = {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo?: string;
  readonly severity?: Severity;
  /** What `--acknowledge` takes. */
  readonly id?: string;
  readonly acknowledged?: {
    readonly by: string;
    readonly at: string;
    /** When it ends by itself. */
    readonly until: string;
    readonly reason: string;
  };
};

/** A finding in sentences. `stack` is the deployed stack that was checked. */
export function describeFinding(
  { finding, id, severity, acknowledged }: JudgedFinding,
  stack: CheckedStack,
): PrintedFinding {
  const { tenant, ok } = finding;
  const check = tenant === undefined ? finding.check : `${finding.check} ${tenant}`;
  if (finding.ok) return { check, ok, found: describeState(finding.state) };
  const { problem } = finding;
  const printed = {
    check,
    ok,
    found: describeProblem(problem),
    todo: adviseTo(finding, { stack, id }),
  };
  const accepted = acknowledged && {
    acknowledged: {
      ...{ by: acknowledged.by, at: acknowledged.at, until: endOf(acknowledged) },
      reason: acknowledged.reason,
    },
  };
  return { ...printed, ...(id && { id }), ...(severity && { severity }), ...accepted };
}

const printAcknowledged = ({
  by,
  at,
  reason,
  until,
}: NonNullable<PrintedFinding['acknowledged']>) =>
  `\n    acknowledged by ${escapeForTerminal(by)}, ${at}, until ${until}: ${escapeForTerminal(reason)}`;

function printMark({ ok, severity, acknowledged }: PrintedFinding): string {
  if (ok) return '✓';
  if (acknowledged !== undefined) return '·';
  return severity === 'warning' ? '!' : '✗';
}

function printFinding(finding: PrintedFinding): string {
  const { check, found, todo, id, acknowledged } = finding;
  const head = `${printMark(finding)} ${check}: ${found}${id === undefined ? '' : ` [${id}]`}`;
  if (acknowledged !== undefined) return `${head}${printAcknowledged(acknowledged)}`;
  return `${head}${todo === undefined ? '' : `\n    do: ${todo}`}`;
}

/** The problems; with `isVerbose` also what is in order and what was acknowledged. */
export function printDiagnosis(
  { findings, errors, warnings, acknowledged }: Diagnosis,
  { isVerbose, stack }: { readonly isVerbose: boolean; readonly stack: CheckedStack },
): string {
  const all = findings.map((one) => describeFinding(one, stack));
  const open = all.filter((one) => !one.ok && one.acknowledged === undefined);
  const accepted = acknowledged === 0 ? '' : `, ${printNumber(acknowledged)} acknowledged`;
  const checks = `in ${printCount(findings.length, 'check')}${accepted}`;
  const end =
    errors + warnings === 0
      ? `No problems found ${checks}`
      : `${printCount(errors, 'error')} and ${printCount(warnings, 'warning')} found ${checks}`;
  return [...(isVerbose ? all : open).map(printFinding), end].join('\n');
}
