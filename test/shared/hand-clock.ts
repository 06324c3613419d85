import type { Clock } from '../../shared/ports.ts';

/** A clock that stands still until it is moved. */
export type HandClock = { readonly clock: Clock; readonly pass: (seconds: number) => void };

export function handClock(start = 1_800_000_000_000): HandClock {
  let now = start;
  return {
    clock: () => now,
    pass: (seconds) => {
      now += seconds * 1_000;
    },
  };
}

/** Lets whatever was begun in the background come to its end. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
