import { Refusal } from '../shared/refusal.ts';

/**
 * Rejects with `unavailable` if the work takes too long, while there is still time to answer. `onLate` is
 * called then.
 */
export function withTimeout<T>(
  seconds: number,
  work: Promise<T>,
  onLate: () => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate();
      reject(new Refusal('unavailable', `took more than ${seconds} s`));
    }, seconds * 1_000);
    const settle = (): void => clearTimeout(timer);
    work.finally(settle).then(resolve, reject);
  });
}

/** How long all drawing of one request may take. */
export type DrawingLimit = {
  /** The end, in the time of `performance.now()`. The first call starts the clock. */
  readonly deadline: () => number;
  readonly isOver: () => boolean;
  /** Aborted when the request has its answer and nobody waits for a drawing. */
  readonly signal: AbortSignal;
};

/** Limits the drawing of one request. The clock starts with the first drawing, after the download. */
export function limitDrawing(seconds: number, signal: AbortSignal): DrawingLimit {
  let end: number | undefined;
  const deadline = (): number => {
    end ??= performance.now() + seconds * 1_000;
    return end;
  };
  return {
    deadline,
    isOver: () => signal.aborted || (end !== undefined && performance.now() >= end),
    signal,
  };
}

/** Limits the reads of a function that handles one request at a time. */
export type ReadingLimit = {
  /** Begins the time of a request. Reads before the first request have no end. */
  readonly begin: () => void;
  /** The end, in the time of `performance.now()`. */
  readonly deadline: () => number;
};

/**
 * Limits all reads of one request. A read that began in the background of the request before, and was
 * frozen with it, goes on in the time of the next one.
 */
export function limitReading(seconds: number): ReadingLimit {
  let end = Number.POSITIVE_INFINITY;
  const begin = (): void => {
    end = performance.now() + seconds * 1_000;
  };
  return { begin, deadline: () => end };
}
