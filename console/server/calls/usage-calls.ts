import * as v from 'valibot';
import { usageFailure } from '../../../operator/failure.ts';
import { parseDay, printDay } from '../../../operator/usage/day.ts';
import { readUsage, type UsageResult } from '../../../operator/usage/usage.ts';
import { describeMissing, usageWarnings } from '../../../operator/usage/usage-notes.ts';
import { type CallWork, declareCall } from '../call.ts';

/** How many rows the page gets. A file has all of them. */
const mostRows = 2_000;

/** What is counted. An empty tenant means all. */
export const usageInput = v.object({
  tenant: v.optional(v.string(), ''),
  since: v.optional(v.string(), ''),
  until: v.optional(v.string(), ''),
  by: v.optional(v.picklist(['day', 'month']), 'day'),
  stored: v.optional(v.picklist(['yes', 'no']), 'yes'),
});

type UsageInput = v.InferOutput<typeof usageInput>;

function readBound(name: string, text: string): number | undefined {
  if (text === '') return undefined;
  const day = parseDay(text);
  if (day === undefined) throw usageFailure(`${name} is "${text}"; write a day such as 2026-08-01`);
  return day;
}

function readDays({ since: first, until: last }: UsageInput) {
  const [since, until] = [readBound('the first day', first), readBound('the last day', last)];
  if (since !== undefined && until !== undefined && since > until)
    throw usageFailure(
      `the first day is ${printDay(since)}, which is after the last one, ${printDay(until)}; swap them`,
    );
  return { since, until };
}

/** Counts usage as `signet usage` does. */
export function countUsage(
  { clock, open, signal, startProgress, target }: CallWork,
  input: UsageInput,
): Promise<UsageResult> {
  const { by, stored, tenant } = input;
  const request = {
    ...{ logs: [], policies: [], target, by, days: readDays(input) },
    ...{ tenant: tenant === '' ? undefined : tenant, listsStored: stored === 'yes', checks: false },
  };
  const reading = { startProgress, signal, now: clock(), reportDamaged: () => undefined };
  return readUsage(open, request, reading);
}

export const usageCalls = {
  /** What tenants used, and what an operator has to know about the numbers. */
  usage: declareCall(usageInput, async (work, input) => {
    const result = await countUsage(work, input);
    return {
      rows: result.rows.slice(0, mostRows),
      more: result.rows.length > mostRows,
      warnings: usageWarnings(result, false),
      notes: describeMissing(result),
    };
  }),
};
