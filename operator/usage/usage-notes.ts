import { fileName } from '../file-failure.ts';
import { printCount, printNumber } from '../quantity.ts';
import type { UsageResult } from './usage.ts';

/* What an operator has to know about counted usage. */

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

/** What is missing, and what to do about it. */
export function describeMissing({ logs, rows, stored }: UsageResult): readonly string[] {
  const { kinds, tally } = logs;
  return [
    ...(kinds.has('access')
      ? []
      : ['No access log was read, so views, hits and bytes are not known.']),
    ...(kinds.has('service')
      ? []
      : [
          'No log of the functions was read, so renders, refusals and invalidations are not known. On AWS it is in CloudWatch; docs/operating.md (Bill tenants) has the command that fetches it.',
        ]),
    ...(stored === undefined ? ['What is stored was not listed.'] : []),
    ...(rows.some(({ scaled }) => scaled)
      ? ['~ marks refusals that are scaled up from sampled lines.']
      : []),
    ...(tally.outside > 0 ? [`Lines of other days: ${printNumber(tally.outside)}`] : []),
    ...(tally.unreadable > 0 ? [`Other lines: ${printNumber(tally.unreadable)}`] : []),
    ...(tally.tooLong > 0 ? [`${printCount(tally.tooLong, 'line')} over 64 KB`] : []),
  ];
}

/** The tenants above their budgets, and those that could not be compared. */
export function printExcess({ check }: UsageResult): readonly string[] {
  if (check === undefined) return [];
  const { excess, failed } = check;
  if (excess.length + failed.length === 0) return ['Every tenant is within its budget.'];
  return [
    ...excess.map(
      ({ day, renders, rendersPerDay, tenant }) =>
        `✗ ${tenant} rendered ${printNumber(renders)} on ${day}, above its budget.rendersPerDay of ${printNumber(rendersPerDay)}`,
    ),
    ...failed.map(({ message, tenant }) => `✗ ${tenant} was not compared: ${message}`),
  ];
}
