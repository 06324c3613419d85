import { endOf } from '../acknowledgements.ts';
import type { JudgedFinding } from '../diagnosis.ts';
import type { Severity } from '../severity.ts';
import { adviseTo, type CheckedStack } from './advice.ts';
import { describeProblem, describeState } from './finding-text.ts';

/** A finding in sentences: what was found, and what to do about it. */
export type DescribedFinding = {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo?: string;
  readonly severity?: Severity;
  /** What an acknowledgement names. */
  readonly id?: string;
  readonly acknowledged?: {
    readonly by: string;
    readonly at: string;
    /** When it ends by itself. */
    readonly until: string;
    readonly reason: string;
  };
};

/** Describes a finding. `stack` is the deployed stack that was checked. */
export function describeFinding(
  { finding, id, severity, acknowledged }: JudgedFinding,
  stack: CheckedStack,
): DescribedFinding {
  const { tenant, ok } = finding;
  const check = tenant === undefined ? finding.check : `${finding.check} ${tenant}`;
  if (finding.ok) return { check, ok, found: describeState(finding.state) };
  const { problem } = finding;
  const described = {
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
  return { ...described, ...(id && { id }), ...(severity && { severity }), ...accepted };
}
