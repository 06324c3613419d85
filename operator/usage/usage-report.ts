import type { RefusalCode } from '../../shared/refusal.ts';
import type { LogKind } from '../logs/file-counter.ts';
import { type Day, type DayRange, daysOfPeriod, type PeriodLength, periodOf } from './day.ts';
import { type StoredListing, storedBytes } from './stored.ts';
import {
  addCounts,
  emptyCounts,
  type UsageCounts,
  type UsageTally,
  unknownTenant,
} from './usage-tally.ts';
import { type UsageUsd, usageUsd } from './usage-usd.ts';

/** What a tenant used in a period. Null: not known, because its log was not read, or because nothing was listed. */
export type UsageRow = {
  readonly tenant: string;
  /** In UTC: `2026-08-01` or `2026-08`. */
  readonly period: string;
  readonly views: number | null;
  readonly hits: number | null;
  readonly bytes: number | null;
  readonly renders: number | null;
  readonly renderSeconds: number | null;
  readonly refusals: Readonly<Partial<Record<RefusalCode, number>>> | null;
  readonly invalidations: number | null;
  /** Whether renders and refusals are scaled up from sampled lines. */
  readonly scaled: boolean;
  /** What the tenant stores now, in sources and derivatives. */
  readonly storedBytes: number | null;
  readonly usd: UsageUsd;
};

/** What the rows are made of. */
export type UsageFacts = {
  readonly tally: UsageTally;
  readonly kinds: ReadonlySet<LogKind>;
  /** Undefined if it was not listed. */
  readonly stored: StoredListing | undefined;
  readonly by: PeriodLength;
  readonly days: DayRange;
  readonly today: Day;
};

type Periods = Map<string, UsageCounts>;

function countsByPeriod({ by, tally }: UsageFacts): Map<string, Periods> {
  const tenants = new Map<string, Periods>();
  for (const [tenant, days] of tally.tenants) {
    const periods: Periods = new Map();
    tenants.set(tenant, periods);
    for (const [day, counts] of days) {
      const period = periodOf(day, by);
      const sum = periods.get(period) ?? emptyCounts();
      periods.set(period, sum);
      addCounts(sum, counts);
    }
  }
  return tenants;
}

/** The days for which storage counts: the range that was asked for, or from the first to the last day of the logs. */
function storedRange({ days, tally, today }: UsageFacts): Required<DayRange> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const counted of tally.tenants.values())
    for (const day of counted.keys()) {
      first = Math.min(first, day);
      last = Math.max(last, day);
    }
  return { since: days.since ?? first, until: Math.min(days.until ?? last, Math.max(today, last)) };
}

function daysWithin(period: string, { since = 0, until = 0 }: DayRange): number {
  const own = daysOfPeriod(period);
  const first = Math.max(own.since ?? 0, since);
  return Math.max(0, Math.min(own.until ?? 0, until) - first + 1);
}

const sortedRefusals = ({ refusals }: UsageCounts) =>
  Object.fromEntries([...refusals].toSorted(([one], [other]) => (one < other ? -1 : 1)));

function toRow(
  facts: Pick<UsageFacts, 'kinds'>,
  named: Pick<UsageRow, 'tenant' | 'period'>,
  counts: UsageCounts,
  stored: { readonly bytes: number; readonly days: number } | undefined,
): UsageRow {
  const { bytes, hits, invalidations, renders, scaled, views } = counts;
  const { kinds } = facts;
  const delivered = kinds.has('access')
    ? { views, hits, bytes }
    : { views: null, hits: null, bytes: null };
  const renderSeconds = counts.renderMilliseconds / 1_000;
  const made = kinds.has('service')
    ? { renders, renderSeconds, refusals: sortedRefusals(counts), invalidations }
    : { renders: null, renderSeconds: null, refusals: null, invalidations: null };
  const usd = usageUsd(counts, kinds, stored);
  return { ...named, ...delivered, ...made, scaled, storedBytes: stored?.bytes ?? null, usd };
}

/** Tenants by name, and the row of unknown ones behind them. */
function compareRows(one: UsageRow, other: UsageRow): number {
  const isUnknown = Number(one.tenant === unknownTenant) - Number(other.tenant === unknownTenant);
  if (isUnknown !== 0) return isUnknown;
  if (one.tenant !== other.tenant) return one.tenant < other.tenant ? -1 : 1;
  return one.period < other.period ? -1 : 1;
}

/**
 * The rows, sorted by tenant and period. A tenant that stores something has a row for each period of the logs, because
 * storage costs without views, too.
 */
export function usageRows(facts: UsageFacts): readonly UsageRow[] {
  const { stored } = facts;
  const tenants = countsByPeriod(facts);
  const periods = new Set([...tenants.values()].flatMap((own) => [...own.keys()]));
  const range = storedRange(facts);
  const storedOf = (tenant: string): number | undefined => {
    const found = stored?.tenants.get(tenant);
    return found === undefined ? undefined : storedBytes(found);
  };
  const storing = [...(stored?.tenants.keys() ?? [])].filter((name) => (storedOf(name) ?? 0) > 0);
  const rows = [...new Set([...tenants.keys(), ...storing])].flatMap((tenant) => {
    const own = tenants.get(tenant);
    const bytes = storedOf(tenant);
    const needed = bytes === undefined || bytes === 0 ? (own?.keys() ?? []) : periods;
    return [...needed].map((period) =>
      toRow(
        facts,
        { tenant, period },
        own?.get(period) ?? emptyCounts(),
        bytes === undefined ? undefined : { bytes, days: daysWithin(period, range) },
      ),
    );
  });
  return rows.toSorted(compareRows);
}
