import type { Progress } from '../../operator/progress.ts';
import type { Clock } from '../../shared/ports.ts';

const pause = 10_000;

/**
 * Progress for a log: a line every ten seconds at most, and only when something advances. `line`
 * is asked when one is due.
 */
export function progressLines(
  write: (line: string) => void,
  clock: Clock,
  line: () => string,
): Progress {
  let last = clock();
  return {
    advance: () => {
      const now = clock();
      if (now - last < pause) return;
      last = now;
      write(line());
    },
    end: () => undefined,
  };
}
