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

/** The failures, one line for each message, with the tenants that have it. */
function listFailures(failures: readonly FailedOutcome[]): readonly string[] {
  const tenants = new Map<string, string[]>();
  for (const { tenant, failure } of failures)
    tenants.set(failure.message, [...(tenants.get(failure.message) ?? []), tenant]);
  return [...tenants].map(
    ([message, names]) => `  ${printNames(names)}: ${message.replaceAll('\n', '\n    ')}`,
  );
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
    ].join('\n'),
  );
}

/** A change of several tenants, in two steps: everything is checked before anything is written. */
export type FleetChange<S extends TenantSubject, P, T> = {
  readonly subjects: readonly S[];
  /** Checks one tenant, and returns what would be done. */
  readonly plan: (subject: S) => Promise<P>;
  /** Gets every plan, to ask a person. Throws to stop. */
  readonly confirm: (plans: readonly P[]) => Promise<void>;
  readonly write: (subject: S, plan: P) => Promise<T>;
};

/**
 * Changes several tenants. If one check fails, nothing is written, and the failure names every tenant
 * that cannot be changed. A tenant alone fails with its own failure. If a write fails, those that were not begun are
 * left, and the outcomes say so.
 */
export async function changeEach<S extends TenantSubject, P, T>(
  installation: ReachedInstallation,
  { subjects, plan, confirm, write }: FleetChange<S, P, T>,
  control: FleetControl,
): Promise<readonly TenantOutcome<T>[]> {
  const plans = await readEach(installation, subjects, plan, control);
  const refused = failuresOf(plans);
  throwIfSingle(plans);
  if (refused.length > 0) throw refuseAll(refused, subjects.length);
  await confirm(resultsOf(plans));
  const planned = subjects.flatMap((subject, at) => {
    const one = plans[at];
    return one?.state === 'done' ? [{ tenant: one.tenant, subject, plan: one.result }] : [];
  });
  const options = { ...control, stopsAtFailure: true };
  const work = (one: (typeof planned)[number]) => write(one.subject, one.plan);
  const outcomes = await workOnEach(installation, planned, work, options);
  throwIfSingle(outcomes);
  return outcomes;
}
