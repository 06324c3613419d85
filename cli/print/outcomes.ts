import { failuresOf, type Outcome } from '../../operator/tenants/outcomes.ts';
import { type ExitCode, exitCodes } from '../base/exit-code.ts';
import { printCount } from '../base/quantity.ts';
import { printNames } from './name-list.ts';

/** A failure as JSON, beside the results of other tenants. */
type FailureJson = { readonly tenant: string; readonly error: string; readonly message: string };

const failureJson = ({ tenant, failure }: ReturnType<typeof failuresOf>[number]): FailureJson => ({
  ...{ tenant, error: failure.code, message: failure.message },
});

export const failuresJson = (outcomes: readonly Outcome<unknown>[]): readonly FailureJson[] =>
  failuresOf(outcomes).map(failureJson);

/** The results in the order of the tenants, and failures in their places. */
export function outcomesJson<T extends object>(
  outcomes: readonly Outcome<T>[],
  toJson: (result: T) => object = (result) => result,
): readonly object[] {
  return outcomes.flatMap((one) => {
    if (one.state === 'done') return [toJson(one.result)];
    return one.state === 'failed' ? [failureJson(one)] : [];
  });
}

/** The tenants that were not begun. */
export const namesLeft = (outcomes: readonly Outcome<unknown>[]): readonly string[] =>
  outcomes.filter(({ state }) => state === 'left').map(({ tenant }) => tenant);

/** The tenants whose work is not done: it failed, or was not begun. */
export const namesNotDone = (outcomes: readonly Outcome<unknown>[]): readonly string[] =>
  outcomes.filter(({ state }) => state !== 'done').map(({ tenant }) => tenant);

/** 0 if every tenant is done; otherwise the exit code of the first failure, or 1. */
export function outcomesExit(outcomes: readonly Outcome<unknown>[]): 0 | ExitCode {
  if (namesNotDone(outcomes).length === 0) return 0;
  const [first] = failuresOf(outcomes);
  return first === undefined ? 1 : exitCodes[first.failure.kind];
}

/** What was not done and why. `verb` as in `changed`. */
export function printNotDone(
  outcomes: readonly Outcome<unknown>[],
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
