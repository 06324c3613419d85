import type { UsageResult } from '../../operator/usage/usage.ts';

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
