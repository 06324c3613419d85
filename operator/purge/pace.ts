import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/ports.ts';

/** What pacing needs of the outside. Times are in milliseconds. */
export type Waiting = {
  readonly clock: Clock;
  /** Returns early if the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** Waits with a timer. */
export const timerWait: Waiting['wait'] = async (milliseconds, signal) => {
  // An aborted wait is over. The caller looks at the signal.
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
};

/** Waits until `count` more pieces of work may be done. */
export type Pace = (count: number) => Promise<void>;

/** Spreads work over time: never more than `perSecond` pieces a second on average, however many callers. */
export function paceWork(perSecond: number, { clock, wait }: Waiting, signal: AbortSignal): Pace {
  let free = 0;
  return async (count) => {
    const now = clock();
    const begin = Math.max(now, free);
    free = begin + (count * 1_000) / perSecond;
    if (begin > now) await wait(begin - now, signal);
  };
}
