import { isRefusal, readServiceLine, type ServiceLine } from '../logs/service-line.ts';
import { addLatency, createLatency, type Latency, percentile } from './latency.ts';

/** What is held at most: whoever writes into a log may name tenants and kids as they like. */
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

/** What has been counted; counting changes it. */
export type StatsTally = {
  readonly tenants: Map<string, TenantTally>;
  /** Lines that name no tenant, or one too many, by outcome. */
  readonly unattributed: Counts;
  failures: number;
  unreadable: number;
  tooLong: number;
};

/** A tally of nothing. */
export const emptyStats = (): StatsTally => ({
  tenants: new Map(),
  unattributed: new Map(),
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

/** Who was refused for one of these had the right signing key; the others may have made up a kid. */
const hadKey = (outcome: string): boolean =>
  outcome === 'allowed' || outcome === 'expired' || outcome.startsWith('denied_');

function noteKid({ kids }: TenantTally, { kid, outcome, time }: ServiceLine): void {
  if (kid === undefined || !hadKey(outcome)) return;
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

/**
 * Counts a line of the log; with a tenant, only requests of that one. Says whether the line is one
 * of the service's.
 */
export function countServiceLine(tally: StatsTally, text: string, only?: string): boolean {
  const line = readServiceLine(text);
  if (line === 'failure') tally.failures += 1;
  else if (line === 'unreadable') tally.unreadable += 1;
  else if (only === undefined || line.tenant === only) countRequest(tally, line);
  return line !== 'unreadable';
}

export type TenantStats = {
  /** By outcome, as viewer-request decided. */
  readonly views: Readonly<Record<string, number>>;
  /** Milliseconds are those of drawing and encoding. */
  readonly renders: {
    readonly count: number;
    readonly p50: number;
    readonly p95: number;
    readonly max: number;
    readonly totalMilliseconds: number;
  };
  readonly bytes: { readonly made: number; readonly source: number; readonly saved: number };
  /** By code, of both functions. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What a policy in report mode has let through, by the code it would have been refused with. */
  readonly reported: Readonly<Record<string, number>>;
  /** When each kid last signed something, right or expired or against the policy. */
  readonly kids: Readonly<Record<string, string>>;
  /** Whether refusals are in it that stand for many which were not logged. */
  readonly sampled: boolean;
};

/** The largest first, so that both readers see what matters. */
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
  readonly failures: number;
  readonly unreadable: number;
  readonly tooLong: number;
};

/** What a tally says, tenants in order of their names. */
export function statsReport(tally: StatsTally): StatsReport {
  const { tenants, unattributed, ...lines } = tally;
  const byName = [...tenants].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    tenants: Object.fromEntries(byName.map(([name, one]) => [name, tenantStats(one)])),
    unattributed: rankCounts(unattributed),
    ...lines,
  };
}
