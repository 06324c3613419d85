import { type Matcher, matchAny, mayMatch } from './invalidation.ts';

/** A fetch in progress that requests share. */
export type CollapsedFetch = {
  readonly key: string;
  /** Whether an invalidation since the start of the fetch matches an object. */
  readonly isOutdated: Matcher;
};

type RunningFetch<T> = {
  readonly fetch: CollapsedFetch;
  readonly invalidations: Matcher[];
  readonly outcome: Promise<T>;
};

/** Collapses concurrent requests for one object into one fetch. */
export type FetchCollapser<T> = {
  /** Joins the fetch of that name or starts it. `joined` tells which. */
  readonly join: (
    name: string,
    key: string,
    run: (fetch: CollapsedFetch) => Promise<T>,
  ) => { readonly outcome: Promise<T>; readonly joined: boolean };
  readonly invalidate: (items: readonly string[]) => void;
  /** Resolves when the fetches in progress have ended. */
  readonly waitForFetches: () => Promise<void>;
};

/**
 * Creates a collapser. Invariant: what was read from the origin before an invalidation is neither
 * stored after it nor given to a request that arrived after it.
 */
export function createFetchCollapser<T>(): FetchCollapser<T> {
  const joinable = new Map<string, RunningFetch<T>>();
  const running = new Set<RunningFetch<T>>();

  const start = (
    name: string,
    key: string,
    run: (fetch: CollapsedFetch) => Promise<T>,
  ): RunningFetch<T> => {
    const invalidations: Matcher[] = [];
    const fetch: CollapsedFetch = {
      key,
      isOutdated: (at, tags) => invalidations.some((matches) => matches(at, tags)),
    };
    const outcome = run(fetch).finally(() => {
      running.delete(started);
      if (joinable.get(name) === started) joinable.delete(name);
    });
    const started: RunningFetch<T> = { fetch, invalidations, outcome };
    running.add(started);
    joinable.set(name, started);
    return started;
  };

  return {
    join: (name, key, run) => {
      const found = joinable.get(name);
      return { outcome: (found ?? start(name, key, run)).outcome, joined: found !== undefined };
    },
    invalidate: (items) => {
      for (const { invalidations } of running) invalidations.push(matchAny(items));
      for (const [name, { fetch }] of joinable) {
        if (mayMatch(items, fetch.key)) joinable.delete(name);
      }
    },
    waitForFetches: async () => {
      await Promise.allSettled([...running].map(({ outcome }) => outcome));
    },
  };
}
