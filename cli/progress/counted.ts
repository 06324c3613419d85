import type { Progress } from '../../operator/progress.ts';
import { printNumber } from '../../operator/quantity.ts';
import { progressOn } from './bar.ts';
import { progressLines, writeProgress } from './lines.ts';

/** Shows nothing. */
export const noProgress: Progress = { advance: () => undefined, end: () => undefined };

/** Whether stderr is a terminal that can show a bar. */
export const hasBar = (json: boolean): boolean => process.stderr.isTTY === true && !json;

/** Lines such as `120 of 200 tenants`, for a log. */
function countInLines(
  total: number | undefined,
  json: boolean,
  print: (count: number) => string,
): Progress {
  let done = 0;
  const write = (line: string): void => writeProgress(line, json);
  const lines = progressLines(write, Date.now, () =>
    total === undefined ? print(done) : `${printNumber(done)} of ${print(total)}`,
  );
  return {
    advance: (amount) => {
      done += amount;
      lines.advance(amount);
    },
    end: lines.end,
  };
}

/** Shows the work on things on stderr: a bar in a terminal, and lines elsewhere. */
export const countedProgress = (
  total: number | undefined,
  json: boolean,
  print: (count: number) => string,
): Progress =>
  hasBar(json)
    ? progressOn(process.stderr, total, false, { print, step: 1, verb: 'done' })
    : countInLines(total, json, print);
