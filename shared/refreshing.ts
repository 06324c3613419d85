import type { Clock, Random } from './ports.ts';
import { Refusal, reasonOf } from './refusal.ts';

/** How long a value may be used, in seconds since it was last loaded. */
export type Freshness = {
  /** Up to this age the value is used as it is. */
  readonly fresh: number;
  /** Up to this age the value is used while a new one loads. After it, readers wait for the new one. */
  readonly wait: number;
  /** Up to this age the value is used if loading fails. */
  readonly lastGood: number;
};

/** A value, and when it was current: the start of its load, or a later confirmation, in milliseconds. */
export type Dated<T> = { readonly value: T; readonly at: number };

export type Refreshing<T> = {
  /**
   * Returns the value. With `maxAge`, it reloads a value that is older than this many seconds, if
   * it can.
   */
  readonly read: (maxAge?: number) => Promise<T>;
  /** The value in memory, however old; undefined if it was never loaded. */
  readonly held: () => Dated<T> | undefined;
  /** Notes that the value was still current at a time, as another source says. */
  readonly confirm: (at: number) => void;
};

export type RefreshingOptions<T> = {
  /** Loads the value. It receives the previous one, so that it can ask for changes only. */
  readonly load: (previous: T | undefined) => Promise<T>;
  /** One for all values, or computed for each value. */
  readonly freshness: Freshness | ((value: T) => Freshness);
  /** A value that was loaded before. */
  readonly initial?: Dated<T> | undefined;
  readonly clock: Clock;
  /** Shortens the fresh time by up to a fifth, so that many instances do not reload at once. */
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

/**
 * After a failure, readers use the last good value for this many seconds before they wait for
 * another load.
 */
const pauseSeconds = 1;

type Held<T> = Dated<T> & { readonly jitter: number };

/**
 * Keeps a value fresh. It runs one load at a time, none while the value is fresh, and serves the last
 * good value while loads fail. `read` throws `unavailable` if there is no usable value.
 */
export function refreshing<T>(options: RefreshingOptions<T>): Refreshing<T> {
  const { clock, random, freshness, initial } = options;
  const jitter = (): number => 1 - random() / 5;
  let held: Held<T> | undefined = initial && { ...initial, jitter: jitter() };
  let loading: Promise<Held<T>> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function load(): Promise<Held<T>> {
    // What changes while it loads may be missing from it, so its age counts from here.
    const at = clock();
    try {
      const value = await options.load(held?.value);
      held = { value, at, jitter: jitter() };
      return held;
    } catch (thrown) {
      failedAt = clock();
      options.onFailure(reasonOf(thrown));
      throw new Refusal('unavailable', { reason: reasonOf(thrown), cause: thrown });
    } finally {
      loading = undefined;
    }
  }

  function refresh(): Promise<Held<T>> {
    loading ??= load();
    return loading;
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
    // `load` has reported the failure, and the next reader that waits gets it too.
    if (age >= fresh * held.jitter) refresh().catch(() => undefined);
    return held.value;
  }

  return {
    read,
    held: () => held,
    confirm: (at) => {
      if (held !== undefined && at > held.at) held = { ...held, at };
    },
  };
}
