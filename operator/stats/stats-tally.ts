import { isProbeLine } from '../doctor/probe.ts';
import { readInvalidationLine } from '../logs/invalidation-line.ts';
import { isRefusal, readServiceLine, type ServiceLine } from '../logs/service-line.ts';
import {
  type DeliveredReport,
  type DeliveredTally,
  deliveredReport,
  emptyDelivered,
} from './delivered.ts';
import { addLatency, createLatency, type Latency, percentile } from './latency.ts';

/** Upper limits, because anyone who can write to a log can invent tenants and kids. */
export const statsBounds = { tenants: 10_000, kids: 100 } as const;

type Counts = Map<string, number>;

type TenantTally = {
  readonly views: Counts;
  readonly refusals: Counts;
  readonly reported: Counts;
  readonly kids: Map<string, string>;
  readonly renders: Latency;
  rendered: number;
  made: number;
  source: number;
  saved: number;
  sampled: boolean;
};

/** The counts so far. Counting changes them. */
export type StatsTally = {
  readonly tenants: Map<string, TenantTally>;
  /** Lines without a tenant, or beyond the limit of tenants, by outcome. */
  readonly unattributed: Counts;
  /** What access logs say. */
  readonly delivered: DeliveredTally;
  failures: number;
  unreadable: number;
  tooLong: number;
};

/** A tally in which everything is 0. */
export const emptyStats = (): StatsTally => ({
  tenants: new Map(),
  unattributed: new Map(),
  delivered: emptyDelivered(),
  failures: 0,
  unreadable: 0,
  tooLong: 0,
});

const emptyTenant = (): TenantTally => ({
  views: new Map(),
  refusals: new Map(),
  reported: new Map(),
  kids: new Map(),
  renders: createLatency(),
  rendered: 0,
  made: 0,
  source: 0,
  saved: 0,
  sampled: false,
});

function add(counts: Counts, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/** Whether the signature was valid. With other outcomes the kid may be invented. */
const isSignatureValid = (outcome: string): boolean =>
  outcome === 'allowed' || outcome === 'expired' || outcome.startsWith('denied_');

function noteKid({ kids }: TenantTally, { kid, outcome, time }: ServiceLine): void {
  if (kid === undefined || !isSignatureValid(outcome)) return;
  const last = kids.get(kid);
  if (last === undefined && kids.size >= statsBounds.kids) return;
  if (last === undefined || last < time) kids.set(kid, time);
}

function noteRender(tenant: TenantTally, { milliseconds, bytes, sourceBytes }: ServiceLine): void {
  tenant.rendered += 1;
  if (milliseconds !== undefined) addLatency(tenant.renders, milliseconds);
  tenant.made += bytes ?? 0;
  tenant.source += sourceBytes ?? 0;
  if (bytes !== undefined && sourceBytes !== undefined) tenant.saved += sourceBytes - bytes;
}

function countFor(tenant: TenantTally, line: ServiceLine): void {
  const { viewer, outcome, requests, reported } = line;
  if (viewer) add(tenant.views, outcome, requests);
  if (isRefusal(outcome)) add(tenant.refusals, outcome, requests);
  if (reported !== undefined) add(tenant.reported, reported, requests);
  if (outcome === 'rendered') noteRender(tenant, line);
  if (requests > 1) tenant.sampled = true;
  noteKid(tenant, line);
}

function tenantIn({ tenants }: StatsTally, name: string): TenantTally | undefined {
  const known = tenants.get(name);
  if (known !== undefined || tenants.size >= statsBounds.tenants) return known;
  const made = emptyTenant();
  tenants.set(name, made);
  return made;
}

function countRequest(tally: StatsTally, line: ServiceLine): void {
  const tenant = line.tenant === undefined ? undefined : tenantIn(tally, line.tenant);
  if (tenant === undefined) add(tally.unattributed, line.outcome, line.requests);
  else countFor(tenant, line);
}

/** Lines of the purge function are the service's own, and about no request. */
function countOtherLine(tally: StatsTally, text: string): boolean {
  if (readInvalidationLine(text) !== undefined) return true;
  tally.unreadable += 1;
  return false;
}

/**
 * Counts a line of the log, with `only` just the requests of that tenant. Returns whether the service
 * wrote the line.
 */
export function countServiceLine(tally: StatsTally, text: string, only?: string): boolean {
  const line = readServiceLine(text);
  if (line === 'failure') tally.failures += 1;
  else if (line === 'unreadable') return countOtherLine(tally, text);
  else if (!isProbeLine(line) && (only === undefined || line.tenant === only))
    countRequest(tally, line);
  return true;
}

export type TenantStats = {
  /** Decisions of viewer-request, by outcome. */
  readonly views: Readonly<Record<string, number>>;
  /** Times of drawing and encoding, in milliseconds. */
  readonly renders: {
    readonly count: number;
    readonly p50: number;
    readonly p95: number;
    readonly max: number;
    readonly totalMilliseconds: number;
  };
  readonly bytes: { readonly made: number; readonly source: number; readonly saved: number };
  /** Refusals of both functions, by code. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Requests that were allowed only because of report mode, by the code of the avoided refusal. */
  readonly reported: Readonly<Record<string, number>>;
  /** The last use of each kid with a valid signature, even if the request was refused. */
  readonly kids: Readonly<Record<string, string>>;
  /** Whether some counts are scaled up from sampled lines. */
  readonly sampled: boolean;
};

/** Sorts by count, largest first. */
const rankCounts = (counts: Counts): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));

function tenantStats(tally: TenantTally): TenantStats {
  const { renders, rendered, made, source, saved, kids, sampled } = tally;
  return {
    views: rankCounts(tally.views),
    renders: {
      count: rendered,
      p50: percentile(renders, 0.5),
      p95: percentile(renders, 0.95),
      max: renders.longest,
      totalMilliseconds: renders.total,
    },
    bytes: { made, source, saved },
    refusals: rankCounts(tally.refusals),
    reported: rankCounts(tally.reported),
    kids: Object.fromEntries([...kids].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    sampled,
  };
}

export type StatsReport = {
  readonly tenants: Readonly<Record<string, TenantStats>>;
  readonly unattributed: Readonly<Record<string, number>>;
  /** What CloudFront delivered according to access logs. Everything else is from the service's own log. */
  readonly delivered: DeliveredReport;
  readonly failures: number;
  readonly unreadable: number;
  readonly tooLong: number;
};

/** Converts a tally to a report, with the tenants sorted by name. */
export function statsReport(tally: StatsTally): StatsReport {
  const { tenants, unattributed, delivered, ...lines } = tally;
  const byName = [...tenants].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    tenants: Object.fromEntries(byName.map(([name, one]) => [name, tenantStats(one)])),
    unattributed: rankCounts(unattributed),
    delivered: deliveredReport(delivered),
    ...lines,
  };
}
