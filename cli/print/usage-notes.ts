import { fileName } from '../../operator/file-failure.ts';
import type { UsageResult } from '../../operator/usage/usage.ts';
import { printExcess } from './usage.ts';

/** Below this part, lines that several files have are noise of the sample. */
const smallPart = 0.001;

/** What to say on stderr. CSV has no room for what is above a budget. */
export function usageWarnings(result: UsageResult, isCsv: boolean): readonly string[] {
  const { check, logs, stored } = result;
  const percent = Math.max(1, Math.round(logs.repeated * 100));
  return [
    ...logs.duplicates.map(
      (file) => `${fileName(file)} has the same content as another file; it is counted once`,
    ),
    ...(logs.repeated < smallPart
      ? []
      : [
          `about ${percent} % of the lines are in several files and count several times; name each log once`,
        ]),
    ...(stored?.failed ?? []).map(
      ({ message, tenant }) => `what ${tenant} stores is not known: ${message}`,
    ),
    ...(isCsv && check !== undefined ? printExcess(result) : []),
  ];
}

/** The result as JSON. `null` is not known, which is not the same as 0. */
export function usageJson(result: UsageResult, pricesOf: string): object {
  const { by, check, logs, rows, stored } = result;
  const { damaged, duplicates, files, kinds, repeated, tally } = logs;
  return {
    by,
    rows: rows.map(({ scaled, usd, ...row }) => ({
      ...row,
      refusalsAreEstimates: scaled,
      estimatedUsd: usd,
    })),
    stored: stored === undefined ? null : Object.fromEntries(stored.tenants),
    prices: pricesOf,
    logs: {
      ...{ files, accessLog: kinds.has('access'), serviceLog: kinds.has('service') },
      ...{ duplicates, damaged, repeated },
      ...{ outside: tally.outside, unreadable: tally.unreadable, tooLong: tally.tooLong },
    },
    ...(check === undefined ? {} : { aboveBudget: check.excess, notCompared: check.failed }),
    ...(stored === undefined || stored.failed.length === 0 ? {} : { notListed: stored.failed }),
  };
}
