import { usageFailure } from '../../operator/failure.ts';
import {
  type Day,
  type DayRange,
  dayOfSeconds,
  daysOfPeriod,
  parseDay,
  printDay,
} from '../../operator/usage/day.ts';
import { readDuration } from './duration.ts';

const expects = 'write a day such as 2026-08-01, a month such as 2026-08, or 7d for 7 days ago';

/** The days that a text means: one, or those of a month. Days are in UTC. */
function readDays(option: string, text: string, now: number): DayRange {
  const day = parseDay(text);
  if (day !== undefined) return { since: day, until: day };
  if (/^[0-9]{4}-(?:0[1-9]|1[0-2])$/.test(text)) return daysOfPeriod(text);
  // Digits alone would be seconds, and are more likely a date without hyphens.
  if (!/^[1-9][0-9]*[smhd]$/.test(text)) throw usageFailure(`${option} is "${text}"; ${expects}`);
  const ago = dayOfSeconds(now / 1_000 - (readDuration(text) ?? 0));
  return { since: ago, until: ago };
}

const readBound = (option: string, text: string | undefined, now: number): Partial<DayRange> =>
  text === undefined ? {} : readDays(option, text, now);

/**
 * Reads `--since` and `--until`. Both days are included, and a month means its first and its last day. `now` in
 * milliseconds. Throws `usage`.
 */
export function readDayRange(
  options: { readonly since?: string; readonly until?: string },
  now: number,
): DayRange {
  const since: Day | undefined = readBound('--since', options.since, now).since;
  const until: Day | undefined = readBound('--until', options.until, now).until;
  if (since !== undefined && until !== undefined && since > until)
    throw usageFailure(
      `--since is ${printDay(since)}, which is after --until, ${printDay(until)}; swap them`,
    );
  return { since, until };
}
