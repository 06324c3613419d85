import { printCount } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import { failuresOf, resultsOf, type TenantOutcome } from '../../operator/tenants/outcomes.ts';
import { type ExitCode, exitCodes } from '../base/exit-code.ts';
import type { Result } from '../command.ts';

/** A failure as JSON, beside the results of other tenants. */
type FailureJson = { readonly tenant: string; readonly error: string; readonly message: string };

const failureJson = ({ tenant, failure }: ReturnType<typeof failuresOf>[number]): FailureJson => ({
  ...{ tenant, error: failure.code, message: failure.message },
});

export const failuresJson = (outcomes: readonly TenantOutcome<unknown>[]): readonly FailureJson[] =>
  failuresOf(outcomes).map(failureJson);

/** The results in the order of the tenants, and failures in their places. */
export function outcomesJson<T extends object>(
  outcomes: readonly TenantOutcome<T>[],
  toJson: (result: T) => object = (result) => result,
): readonly object[] {
  return outcomes.flatMap((one) => {
    if (one.state === 'done') return [toJson(one.result)];
    return one.state === 'failed' ? [failureJson(one)] : [];
  });
}

/** The tenants that were not begun. */
export const namesLeft = (outcomes: readonly TenantOutcome<unknown>[]): readonly string[] =>
  outcomes.filter(({ state }) => state === 'left').map(({ tenant }) => tenant);

/** The tenants whose work is not done: it failed, or was not begun. */
export const namesNotDone = (outcomes: readonly TenantOutcome<unknown>[]): readonly string[] =>
  outcomes.filter(({ state }) => state !== 'done').map(({ tenant }) => tenant);

/** 0 if every tenant is done, 3 if the installation stopped answering, otherwise 1: the tenants were named correctly. */
export function outcomesExit(outcomes: readonly TenantOutcome<unknown>[]): 0 | ExitCode {
  if (namesNotDone(outcomes).length === 0) return 0;
  const isUnreachable = failuresOf(outcomes).some(({ failure }) => failure.kind === 'unreachable');
  return isUnreachable ? exitCodes.unreachable : exitCodes.refused;
}

/** What was not done and why. `verb` as in `changed`. */
export function printNotDone(
  outcomes: readonly TenantOutcome<unknown>[],
  verb: string,
): readonly string[] {
  const left = namesLeft(outcomes);
  return [
    ...failuresOf(outcomes).map(
      ({ tenant, failure }) => `✗ ${tenant} was not ${verb}: ${failure.message}`,
    ),
    ...(left.length === 0
      ? []
      : [`✗ ${printCount(left.length, 'tenant')} not begun: ${printNames(left)}`]),
  ];
}

/** How a change of several tenants is shown. */
type ChangeView<T> = {
  /** What was done to a tenant, as in `rolled back`. */
  readonly verb: string;
  /** What was done to all of them. */
  readonly text: (done: readonly T[]) => readonly string[];
  /** The command for the tenants that are left. */
  readonly goOn: (tenants: readonly string[]) => string;
};

/** The result of a change of several tenants: what was done, what was not, and how to go on. */
export function changeResult<T extends object>(
  outcomes: readonly TenantOutcome<T>[],
  { verb, text, goOn }: ChangeView<T>,
): Result {
  const notDone = namesNotDone(outcomes);
  const next = goOn(notDone);
  const isComplete = notDone.length === 0;
  const rest = {
    failed: failuresJson(outcomes),
    notBegun: namesLeft(outcomes),
    next: { goOn: next },
  };
  const done = resultsOf(outcomes);
  return {
    text: [
      ...(done.length === 0 ? [] : text(done)),
      ...printNotDone(outcomes, verb),
      ...(isComplete
        ? []
        : [
            `Not complete: ${done.length} of ${printCount(outcomes.length, 'tenant')} ${verb}. To go on: ${next}`,
          ]),
    ].join('\n'),
    json: { complete: isComplete, tenants: done, ...(isComplete ? {} : rest) },
    exit: outcomesExit(outcomes),
  };
}
