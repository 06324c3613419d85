import { asFailure, type OperatorFailure } from '../failure.ts';
import type { StartProgress } from '../progress.ts';
import type { Installation } from '../target/target.ts';

/** The part of an installation that says whether it runs on this machine. */
export type ReachedInstallation = Pick<Installation, 'stack'>;

/** How many tenants are worked on at the same time. */
export const simultaneousTenants = 8;

/** How a door shows the work on several tenants, and stops it. */
export type FleetControl = {
  readonly startProgress: StartProgress;
  /** Once aborted, no further tenant is begun. */
  readonly signal?: AbortSignal;
  /** Change the other tenants if the check of one fails. */
  readonly skipsRefused?: boolean;
};

/** Shows nothing. */
export const quietly: FleetControl = {
  startProgress: () => ({ advance: () => undefined, end: () => undefined }),
};

/** What became of the work on one tenant. `left`: it was not begun, because the work was stopped. */
export type TenantOutcome<T> = { readonly tenant: string } & (
  | { readonly state: 'done'; readonly result: T }
  | { readonly state: 'failed'; readonly failure: OperatorFailure }
  | { readonly state: 'left' }
);

export type TenantSubject = { readonly tenant: string };

/**
 * Works on several tenants, a few at a time, and returns an outcome for each in their order. An
 * installation that does not answer stops the work, since every further tenant would fail slowly. With
 * `stopsAtFailure`, any failure does.
 */
export async function workOnEach<S extends TenantSubject, T>(
  { stack }: ReachedInstallation,
  subjects: readonly S[],
  work: (subject: S) => Promise<T>,
  control: FleetControl & { readonly stopsAtFailure: boolean },
): Promise<readonly TenantOutcome<T>[]> {
  const outcomes: TenantOutcome<T>[] = subjects.map(({ tenant }) => ({ tenant, state: 'left' }));
  const progress = control.startProgress(subjects.length);
  const waiting = subjects.entries();
  let stopped = false;
  const run = async (): Promise<void> => {
    for (const [at, subject] of waiting) {
      if (stopped || control.signal?.aborted === true) return;
      const { tenant } = subject;
      try {
        outcomes[at] = { tenant, state: 'done', result: await work(subject) };
      } catch (thrown) {
        const failure = asFailure(thrown, stack === undefined);
        outcomes[at] = { tenant, state: 'failed', failure };
        stopped ||= control.stopsAtFailure || failure.kind === 'unreachable';
      }
      progress.advance(1);
    }
  };
  try {
    await Promise.all(Array.from({ length: simultaneousTenants }, run));
  } finally {
    progress.end();
  }
  return outcomes;
}

export const resultsOf = <T>(outcomes: readonly TenantOutcome<T>[]): readonly T[] =>
  outcomes.flatMap((one) => (one.state === 'done' ? [one.result] : []));

export type FailedOutcome = Extract<TenantOutcome<unknown>, { readonly state: 'failed' }>;

export const failuresOf = (outcomes: readonly TenantOutcome<unknown>[]): readonly FailedOutcome[] =>
  outcomes.filter((one) => one.state === 'failed');
