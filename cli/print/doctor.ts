import type { Diagnosis } from '../../operator/doctor/diagnosis.ts';
import type { CheckedStack } from '../../operator/doctor/text/advice.ts';
import {
  type DescribedFinding,
  describeFinding,
} from '../../operator/doctor/text/described-finding.ts';
import { printCount, printNumber } from '../../operator/quantity.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';

const printAcknowledged = ({
  by,
  at,
  reason,
  until,
}: NonNullable<DescribedFinding['acknowledged']>) =>
  `\n    acknowledged by ${escapeForTerminal(by)}, ${at}, until ${until}: ${escapeForTerminal(reason)}`;

function printMark({ ok, severity, acknowledged }: DescribedFinding): string {
  if (ok) return '✓';
  if (acknowledged !== undefined) return '·';
  return severity === 'warning' ? '!' : '✗';
}

function printFinding(finding: DescribedFinding): string {
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
