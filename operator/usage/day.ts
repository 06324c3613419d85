/** A day in UTC, as the number of days since 1970-01-01. */
export type Day = number;

export const secondsPerDay = 86_400;

/** The period that a row of usage is about. */
export type PeriodLength = 'day' | 'month';

/** The day of a time in Unix seconds. */
export const dayOfSeconds = (at: number): Day => Math.floor(at / secondsPerDay);

/** Reads `2026-08-01`; undefined for other texts and for days that no month has. */
export function parseDay(text: string): Day | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`) / 1_000 / secondsPerDay;
  return Number.isInteger(day) && printDay(day) === text ? day : undefined;
}

/** Prints a day as `2026-08-01`. */
export const printDay = (day: Day): string =>
  new Date(day * secondsPerDay * 1_000).toISOString().slice(0, 10);

/** The period of a day: `2026-08-01` or `2026-08`. */
export const periodOf = (day: Day, by: PeriodLength): string =>
  by === 'day' ? printDay(day) : printDay(day).slice(0, 7);

/** The first and the last day of a period. */
export function daysOfPeriod(period: string): DayRange {
  const first = parseDay(period.length === 7 ? `${period}-01` : period) ?? 0;
  if (period.length > 7) return { since: first, until: first };
  const [year = 1970, month = 1] = period.split('-').map(Number);
  return { since: first, until: dayOfSeconds(Date.UTC(year, month, 1) / 1_000) - 1 };
}

/** From one day to another, both included. Undefined where there is no limit. */
export type DayRange = { readonly since: Day | undefined; readonly until: Day | undefined };

export const isInRange = ({ since, until }: DayRange, day: Day): boolean =>
  (since === undefined || day >= since) && (until === undefined || day <= until);
