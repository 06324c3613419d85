import { OperatorFailure } from '../failure.ts';
import type { OpenInstallation } from '../target/target.ts';
import { type FleetControl, quietly } from '../tenants/outcomes.ts';
import type { TenantSelection } from '../tenants/selection.ts';
import {
  type Acknowledgement,
  type AcknowledgementChange,
  readAcknowledgements,
  writeAcknowledgement,
} from './acknowledgements.ts';
import type { DeepControl } from './deep/derivative-walk.ts';
import { diagnose } from './doctor.ts';
import type { Finding } from './finding.ts';
import { degreeOf, findingId, type Severity, severityOf } from './severity.ts';

/** A finding; for a problem also how bad it is, and who has accepted it. */
export type JudgedFinding = {
  readonly finding: Finding;
  readonly id?: string;
  /** How far the problem has gone. */
  readonly degree?: number;
  readonly severity?: Severity;
  readonly acknowledged?: Acknowledgement;
};

export type Diagnosis = {
  readonly findings: readonly JudgedFinding[];
  /** The problems that nobody has accepted. */
  readonly errors: number;
  readonly warnings: number;
  readonly acknowledged: number;
};

export type DoctorRequest = {
  /** Sources to view, by tenant. */
  readonly objects: ReadonlyMap<string, string>;
  readonly tenants: TenantSelection;
  /** Look at every stored derivative, too. */
  readonly deep?: DeepControl;
};

function judge(finding: Finding): JudgedFinding {
  if (finding.ok) return { finding };
  const { problem } = finding;
  const id = findingId(finding, problem);
  return { finding, id, degree: degreeOf(problem), severity: severityOf(problem) };
}

function count(findings: readonly JudgedFinding[]): Diagnosis {
  const open = findings.filter(({ acknowledged }) => acknowledged === undefined);
  return {
    findings,
    errors: open.filter(({ severity }) => severity === 'error').length,
    warnings: open.filter(({ severity }) => severity === 'warning').length,
    acknowledged: findings.length - open.length,
  };
}

/** Runs every check, and tells which problems an operator has accepted. Throws only if the installation does not answer. */
export async function judgeInstallation(
  open: OpenInstallation,
  { objects, tenants, deep }: DoctorRequest,
  control: FleetControl = quietly,
): Promise<Diagnosis> {
  const judged = (await diagnose(open, { objects, selection: tenants, control, deep })).map(judge);
  const problems = judged.flatMap(({ degree = 0, id }) =>
    id === undefined ? [] : [{ id, degree }],
  );
  // If they cannot be read, every problem is reported.
  const accepted = await open()
    .then((installation) => readAcknowledgements(installation, problems))
    .catch(() => new Map<string, never>());
  return count(
    judged.map((one) => {
      const acknowledged = one.id === undefined ? undefined : accepted.get(one.id);
      return acknowledged === undefined ? one : { ...one, acknowledged };
    }),
  );
}

/** Accepts a problem that doctor finds now, or withdraws that. Throws `not_found` or `conflict`. */
export async function changeAcknowledgement(
  open: OpenInstallation,
  request: DoctorRequest,
  change: AcknowledgementChange,
): Promise<JudgedFinding & { readonly record: Acknowledgement }> {
  const { findings } = await judgeInstallation(open, request);
  const found = findings.find(({ id }) => id === change.id);
  if (found === undefined)
    throw new OperatorFailure(
      'not_found',
      `doctor finds no problem ${change.id} now; it prints the id behind each problem`,
    );
  const { degree = 0 } = found;
  return { ...found, record: await writeAcknowledgement(await open(), { ...change, degree }) };
}
