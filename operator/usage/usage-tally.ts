import type { RefusalCode } from '../../shared/refusal.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import { isProbeLine, probeUri } from '../doctor/probe.ts';
import { usageFailure } from '../failure.ts';
import type { LoggedRequest } from '../logs/access-log.ts';
import type { LogSink } from '../logs/file-counter.ts';
import { readInvalidationLine } from '../logs/invalidation-line.ts';
import { hitTypes, tenantOfRequest } from '../logs/request-tenant.ts';
import { isRefusal, readServiceLine, type ServiceLine } from '../logs/service-line.ts';
import { type Day, type DayRange, dayOfSeconds, isInRange, parseDay } from './day.ts';

/** The name of the rows of requests that belong to no known tenant. It is not the name of a tenant. */
export const unknownTenant = '(unknown)';

/** The most pairs of a tenant and a day. Only an invented log has more. */
export const maxTenantDays = 200_000;

/** What a tenant used on a day. Counting changes it. */
export type UsageCounts = {
  /** Requests in access logs, refused ones too: CloudFront bills them all. */
  views: number;
  /** Of these, the ones that a cache answered. */
  hits: number;
  /** Bytes that CloudFront sent to viewers, with the headers. */
  bytes: number;
  renders: number;
  renderMilliseconds: number;
  /** Paths that CloudFront had to invalidate. */
  invalidations: number;
  readonly refusals: Map<RefusalCode, number>;
  /** Whether refusals or renders are scaled up from sampled lines. */
  scaled: boolean;
};

/** The counts so far, by tenant and day. Counting changes them. */
export type UsageTally = {
  readonly tenants: Map<string, Map<Day, UsageCounts>>;
  tenantDays: number;
  /** Lines outside the range of days. */
  outside: number;
  unreadable: number;
  tooLong: number;
};

/** A tally in which everything is 0. */
export const emptyUsage = (): UsageTally => ({
  ...{ tenants: new Map(), tenantDays: 0, outside: 0, unreadable: 0, tooLong: 0 },
});

/** Counts in which everything is 0. */
export const emptyCounts = (): UsageCounts => ({
  ...{ views: 0, hits: 0, bytes: 0, renders: 0, renderMilliseconds: 0, invalidations: 0 },
  ...{ refusals: new Map(), scaled: false },
});

function countsOf(tally: UsageTally, tenant: string, day: Day): UsageCounts {
  const days = tally.tenants.get(tenant) ?? new Map<Day, UsageCounts>();
  tally.tenants.set(tenant, days);
  const known = days.get(day);
  if (known !== undefined) return known;
  tally.tenantDays += 1;
  if (tally.tenantDays > maxTenantDays)
    throw usageFailure(
      `the logs have more than ${maxTenantDays} pairs of a tenant and a day; count fewer days with --since and --until`,
    );
  const made = emptyCounts();
  days.set(day, made);
  return made;
}

/** Adds counts to others. */
export function addCounts(to: UsageCounts, more: UsageCounts): void {
  to.views += more.views;
  to.hits += more.hits;
  to.bytes += more.bytes;
  to.renders += more.renders;
  to.renderMilliseconds += more.renderMilliseconds;
  to.invalidations += more.invalidations;
  for (const [code, count] of more.refusals)
    to.refusals.set(code, (to.refusals.get(code) ?? 0) + count);
  to.scaled ||= more.scaled;
}

/** Adds the tally of a file. The result does not depend on the order of the files. */
export function addUsage(to: UsageTally, more: UsageTally): void {
  for (const [tenant, days] of more.tenants)
    for (const [day, counts] of days) addCounts(countsOf(to, tenant, day), counts);
  to.outside += more.outside;
  to.unreadable += more.unreadable;
  to.tooLong += more.tooLong;
}

/** What is counted. */
export type UsageScope = {
  /** The tenants that have rows of their own. Everything else is in one row, since anyone can invent a name. */
  readonly known: ReadonlySet<string>;
  /** The hosts that belong to one tenant. */
  readonly hosts: HostMap;
  /** Count only this tenant. */
  readonly only: string | undefined;
  readonly days: DayRange;
};

/** The counts to which a line adds; undefined if it is left out. */
type FindCounts = (tenant: string | undefined, day: Day) => UsageCounts | undefined;

function createFinder(tally: UsageTally, { known, only, days }: UsageScope): FindCounts {
  return (tenant, day) => {
    if (only !== undefined && tenant !== only) return undefined;
    if (!isInRange(days, day)) {
      tally.outside += 1;
      return undefined;
    }
    const name = tenant !== undefined && known.has(tenant) ? tenant : unknownTenant;
    return countsOf(tally, name, day);
  };
}

function countView(find: FindCounts, hosts: HostMap, request: LoggedRequest): void {
  if (request.uri === probeUri) return;
  const counts = find(tenantOfRequest(hosts, request), dayOfSeconds(request.at));
  if (counts === undefined) return;
  counts.views += 1;
  if (hitTypes.has(request.resultType)) counts.hits += 1;
  counts.bytes += request.bytes ?? 0;
}

/** A refusal of origin-response has a size if the fallback was drawn in its place. */
const isRender = ({ bytes, outcome, viewer }: ServiceLine): boolean =>
  !viewer && (outcome === 'rendered' || (isRefusal(outcome) && bytes !== undefined));

function countOutcome(counts: UsageCounts, line: ServiceLine): void {
  const { milliseconds = 0, outcome, requests } = line;
  const refused = isRefusal(outcome);
  const rendered = isRender(line);
  if (refused) counts.refusals.set(outcome, (counts.refusals.get(outcome) ?? 0) + requests);
  if (rendered) {
    counts.renders += requests;
    counts.renderMilliseconds += Math.round(milliseconds) * requests;
  }
  if (requests > 1 && (refused || rendered)) counts.scaled = true;
}

const dayOfTime = (time: string): Day | undefined => parseDay(time.slice(0, 10));

function countInvalidation(find: FindCounts, text: string): boolean {
  const line = readInvalidationLine(text);
  const day = line === undefined ? undefined : dayOfTime(line.time);
  if (line === undefined || day === undefined) return false;
  const counts = find(line.tenant, day);
  if (counts !== undefined) counts.invalidations += line.invalidations;
  return true;
}

/** Counts a line of the service's own log. Returns false for other text. */
function countServiceUsage(find: FindCounts, text: string): boolean {
  const line = readServiceLine(text);
  if (line === 'failure') return true;
  if (line === 'unreadable') return countInvalidation(find, text);
  const day = dayOfTime(line.time);
  if (day === undefined) return false;
  const isCounted = (isRefusal(line.outcome) || isRender(line)) && !isProbeLine(line);
  const counts = isCounted ? find(line.tenant, day) : undefined;
  if (counts !== undefined) countOutcome(counts, line);
  return true;
}

/** Counts what is in a file into a tally. */
export function createUsageSink(tally: UsageTally, scope: UsageScope): LogSink {
  const find = createFinder(tally, scope);
  const countUnreadable = (): void => {
    tally.unreadable += 1;
  };
  return {
    countRequest: (request) => countView(find, scope.hosts, request),
    countServiceLine: (line) => {
      const isOwn = countServiceUsage(find, line);
      if (!isOwn) countUnreadable();
      return isOwn;
    },
    countUnreadable,
    countTooLong: () => {
      tally.tooLong += 1;
    },
  };
}
