import type { Progress } from '../../operator/progress.ts';
import type { Clock } from '../../shared/ports.ts';
import { writeJson, writeText } from '../output.ts';

/** The minimum time between two lines, in milliseconds. */
const intervalMs = 10_000;

/**
 * Writes progress as lines, for a log: at most one every ten seconds, and only if work advances.
 * `line` is called when a line is due.
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
      if (now - last < intervalMs) return;
      last = now;
      write(line());
    },
    end: () => undefined,
  };
}

/** Writes a line of progress to stderr: as a sentence, or as a JSON object. */
export function writeProgress(line: string, json: boolean): void {
  if (json) writeJson(process.stderr, { progress: line });
  else writeText(process.stderr, `signet: ${line}`);
}
