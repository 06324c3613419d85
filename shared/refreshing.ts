import type { Clock, Random } from './ports.ts';
import { Refusal } from './refusal.ts';

/** How long a value may be used, in seconds since it was last confirmed. */
export type Freshness = {
  /** Used as it is. */
  readonly fresh: number;
  /** Until here it is used while a new one is fetched; from here on the new one is waited for. */
  readonly wait: number;
  /** Until here it is still used when no new one can be had. */
  readonly lastGood: number;
};

export type Refreshing<T> = {
  /** The value; no older than `maxAge` seconds if that is given and a newer one can be had. */
  readonly read: (maxAge?: number) => Promise<T>;
};

export type RefreshingOptions<T> = {
  /** Fetches the value; gets the one before, to ask only for a change. */
  readonly load: (previous: T | undefined) => Promise<T>;
  /** The same for every value, or one for each. */
  readonly freshness: Freshness | ((value: T) => Freshness);
  readonly clock: Clock;
  /** Spreads the refreshes of many instances: the fresh time is cut by up to a fifth. */
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

/** After a failure nobody waits for another try before this many seconds have passed. */
const pauseSeconds = 1;

type Held<T> = { readonly value: T; readonly at: number; readonly jitter: number };

const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/**
 * A value that keeps itself fresh: one fetch at a time, none while it is fresh, and the last good
 * one for as long as the world is away. Throws `unavailable` when there is nothing to go by.
 */
export function refreshing<T>(options: RefreshingOptions<T>): Refreshing<T> {
  const { clock, random, freshness } = options;
  let held: Held<T> | undefined;
  let flight: Promise<Held<T>> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function load(): Promise<Held<T>> {
    try {
      const value = await options.load(held?.value);
      held = { value, at: clock(), jitter: 1 - random() / 5 };
      return held;
    } catch (thrown) {
      failedAt = clock();
      options.onFailure(reasonOf(thrown));
      throw new Refusal('unavailable', { reason: reasonOf(thrown), cause: thrown });
    } finally {
      flight = undefined;
    }
  }

  function refresh(): Promise<Held<T>> {
    flight ??= load();
    return flight;
  }

  async function waitFor(old: Held<T>): Promise<T> {
    const { lastGood } = typeof freshness === 'function' ? freshness(old.value) : freshness;
    const usable = (): boolean => clock() - old.at < lastGood * 1_000;
    if (usable() && clock() - failedAt < pauseSeconds * 1_000) return old.value;
    try {
      return (await refresh()).value;
    } catch (thrown) {
      if (usable()) return old.value;
      throw thrown;
    }
  }

  async function read(maxAge = Number.POSITIVE_INFINITY): Promise<T> {
    if (held === undefined) return (await refresh()).value;
    const age = (clock() - held.at) / 1_000;
    const { fresh, wait } = typeof freshness === 'function' ? freshness(held.value) : freshness;
    if (age >= Math.min(wait, maxAge)) return waitFor(held);
    // The failure has been reported by `load`; whoever waits next will see it again.
    if (age >= fresh * held.jitter) refresh().catch(() => undefined);
    return held.value;
  }

  return { read };
}
