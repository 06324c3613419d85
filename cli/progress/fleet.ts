import type { Progress, StartProgress } from '../../operator/progress.ts';
import type { FleetControl } from '../../operator/tenants/outcomes.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { printCount, printNumber } from '../base/quantity.ts';
import { countUnit, progressOn } from './bar.ts';
import { progressLines, writeProgress } from './lines.ts';

const printTenants = (count: number): string => printCount(count, 'tenant');

/** Lines such as `120 of 200 tenants`, for a log. */
function countInLines(total: number, json: boolean): Progress {
  let done = 0;
  const write = (line: string): void => writeProgress(line, json);
  const lines = progressLines(
    write,
    Date.now,
    () => `${printNumber(done)} of ${printTenants(total)}`,
  );
  return {
    advance: (amount) => {
      done += amount;
      lines.advance(amount);
    },
    end: lines.end,
  };
}

/** Shows the work on tenants on stderr: a bar in a terminal, and lines elsewhere. */
export const tenantProgress =
  (json: boolean): StartProgress =>
  (total) =>
    process.stderr.isTTY === true && !json
      ? progressOn(process.stderr, total, (total ?? 0) < 2, countUnit('tenant'))
      : countInLines(total ?? 0, json);

/** Runs a change of tenants, which Ctrl-C stops after the tenants in progress. */
export const changeTenants = <T>(
  json: boolean,
  work: (control: FleetControl) => Promise<T>,
): Promise<T> =>
  runInterruptibly(
    (signal) => work({ startProgress: tenantProgress(json), signal }),
    () => writeProgress('stopping after the tenants in progress', json),
  );
