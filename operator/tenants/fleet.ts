import { OperatorFailure } from '../failure.ts';
import { printNames } from './name-list.ts';
import {
  type FailedOutcome,
  type FleetControl,
  failuresOf,
  type ReachedInstallation,
  resultsOf,
  type TenantOutcome,
  type TenantSubject,
  workOnEach,
} from './outcomes.ts';

/** Throws the failure that an installation that does not answer has caused. */
function checkReached(failures: readonly FailedOutcome[]): void {
  const silent = failures.find(({ failure }) => failure.kind === 'unreachable');
  if (silent !== undefined) throw silent.failure;
}

/** A tenant that was named alone fails with its own failure. */
export function throwIfSingle(outcomes: readonly TenantOutcome<unknown>[]): void {
  const [only] = failuresOf(outcomes);
  if (only !== undefined && outcomes.length === 1) throw only.failure;
}

/**
 * Reads something of each tenant. A damaged tenant is an outcome of its own and stops no other. Throws only if the
 * installation does not answer.
 */
export async function readEach<S extends TenantSubject, T>(
  installation: ReachedInstallation,
  subjects: readonly S[],
  read: (subject: S) => Promise<T>,
  control: FleetControl,
): Promise<readonly TenantOutcome<T>[]> {
  const options = { ...control, stopsAtFailure: false };
  const outcomes = await workOnEach(installation, subjects, read, options);
  checkReached(failuresOf(outcomes));
  return outcomes;
}

/** The most different failures that are listed. */
const listedFailures = 20;

/** The message with another word for the name of its tenant, so that equal failures of several tenants are equal. */
const withoutName = ({ tenant, failure }: FailedOutcome): string =>
  failure.message.replaceAll(new RegExp(`(?<![\\w-])${tenant}(?![\\w-])`, 'g'), 'TENANT');

/** The failures, one line for those that differ only in the name of the tenant. */
function listFailures(failures: readonly FailedOutcome[]): readonly string[] {
  const groups = new Map<string, FailedOutcome[]>();
  for (const one of failures) {
    const message = withoutName(one);
    groups.set(message, [...(groups.get(message) ?? []), one]);
  }
  return [...groups].map(([common, group]) => {
    const [first] = group;
    const message = group.length === 1 && first !== undefined ? first.failure.message : common;
    const names = printNames(group.map(({ tenant }) => tenant));
    return `  ${names}: ${message.replaceAll('\n', '\n    ')}`;
  });
}

function refuseAll(failures: readonly FailedOutcome[], total: number): OperatorFailure {
  const lines = listFailures(failures);
  const others = lines.length - listedFailures;
  return new OperatorFailure(
    failures[0]?.failure.code ?? 'conflict',
    [
      `nothing was changed, because ${failures.length} of ${total} tenants cannot be:`,
      ...lines.slice(0, listedFailures),
      ...(others > 0 ? [`  and ${others} more`] : []),
      ...(failures.length < total ? ['add --skip to change the other tenants'] : []),
    ].join('\n'),
  );
}

const leave = ({ tenant }: TenantSubject) => ({ tenant, state: 'left' }) as const;

/** A change of several tenants, in two steps: everything is checked before anything is written. */
export type FleetChange<S extends TenantSubject, P, T> = {
  readonly subjects: readonly S[];
  /** Checks one tenant, and returns what would be done. */
  readonly plan: (subject: S) => Promise<P>;
  /** Gets every plan, to ask a person. Throws to stop. */
  readonly confirm: (plans: readonly P[]) => Promise<void>;
  readonly write: (subject: S, plan: P) => Promise<T>;
};

/** The outcome of each tenant: that of its write, or of its check if it was not written. */
const mergeOutcomes = <T>(
  checked: readonly TenantOutcome<unknown>[],
  written: readonly TenantOutcome<T>[],
): readonly TenantOutcome<T>[] => {
  const byTenant = new Map(written.map((one) => [one.tenant, one]));
  return checked.map(
    (one) => byTenant.get(one.tenant) ?? (one.state === 'failed' ? one : leave(one)),
  );
};

/**
 * Changes several tenants. If one check fails, nothing is written, and the failure names every tenant
 * that cannot be changed; with `skipsRefused` the others are changed, and its outcome is the failure. A tenant alone fails
 * with its own failure. If a write fails, those that were not begun are left, and the outcomes say so.
 */
export async function changeEach<S extends TenantSubject, P, T>(
  installation: ReachedInstallation,
  { subjects, plan, confirm, write }: FleetChange<S, P, T>,
  control: FleetControl,
): Promise<readonly TenantOutcome<T>[]> {
  const plans = await readEach(installation, subjects, plan, control);
  const refused = failuresOf(plans);
  throwIfSingle(plans);
  const goesOn = control.skipsRefused === true && refused.length < subjects.length;
  if (refused.length > 0 && !goesOn) throw refuseAll(refused, subjects.length);
  if (control.signal?.aborted === true) return subjects.map(leave);
  await confirm(resultsOf(plans));
  const planned = subjects.flatMap((subject, at) => {
    const one = plans[at];
    return one?.state === 'done' ? [{ tenant: one.tenant, subject, plan: one.result }] : [];
  });
  const options = { ...control, stopsAtFailure: true };
  const work = (one: (typeof planned)[number]) => write(one.subject, one.plan);
  const written = await workOnEach(installation, planned, work, options);
  const outcomes = mergeOutcomes(plans, written);
  throwIfSingle(outcomes);
  return outcomes;
}
