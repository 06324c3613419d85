import type { CloudFrontRequest } from 'aws-lambda';
import { readCacheTags } from './cache/cache-tags.ts';
import { answerFromStored } from './cache/conditional.ts';
import { createFlights, type Flight } from './cache/flights.ts';
import { anyOf } from './cache/invalidation.ts';
import { ageOf, type CacheEntry, type ObjectCache } from './cache/object-cache.ts';
import { cacheVerdict, type Delivery, type EdgeResponse } from './edge-response.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import type { EdgeFunctions } from './functions/edge-functions.ts';
import { type HeaderLine, headerValue, linesOf, withoutHeaders } from './header-map.ts';
import type { FetchOrigin, OriginFetch } from './origin-fetch.ts';

/** The viewer headers that reach the origin; everything else stays at the edge. */
const forwardedNames = ['range', 'if-none-match', 'if-modified-since'];

/** Answers about a part or a condition: they say nothing about the whole object. */
const notWhole: ReadonlySet<number> = new Set([206, 304, 412, 416]);

type Landing = OriginFetch & { readonly stored: boolean; readonly refreshed: boolean };

export type CacheTraffic = { hits: number; misses: number };

type Parts = {
  readonly functions: EdgeFunctions;
  readonly cache: ObjectCache;
  readonly fetchOrigin: FetchOrigin;
  readonly traffic: CacheTraffic;
  readonly clock: () => number;
};

/** A request after viewer-request, with what decides how it is fetched. */
type Asked = {
  readonly request: CloudFrontRequest;
  readonly requestId: string;
  readonly headers: readonly HeaderLine[];
  readonly stale: CacheEntry | undefined;
};

/** The path of a request through one edge location. */
export type Distribution = {
  readonly answer: (viewer: EmulatedRequest) => Promise<Delivery>;
  readonly invalidate: (items: readonly string[]) => number;
  /** Resolves when no fetch is under way, those that nobody waits for any more included. */
  readonly settled: () => Promise<void>;
};

function validators(stale: CacheEntry): HeaderLine[] {
  if (stale.response.status !== 200) return [];
  const etag = headerValue(stale.response.headers, 'etag');
  const modified = headerValue(stale.response.headers, 'last-modified');
  if (etag !== undefined) return [['if-none-match', etag]];
  return modified === undefined ? [] : [['if-modified-since', modified]];
}

function forwardable(asked: Asked): HeaderLine[] {
  if (asked.request.method === 'OPTIONS') return [];
  // A range whose If-Range is not forwarded could be a part of another version: ask for all of it.
  const whole = headerValue(asked.headers, 'if-range') !== undefined;
  return forwardedNames.flatMap((name): HeaderLine[] => {
    const value = headerValue(asked.headers, name);
    return value === undefined || (whole && name === 'range') ? [] : [[name, value]];
  });
}

function refreshStored(stale: EdgeResponse, notModified: EdgeResponse): EdgeResponse {
  const names = notModified.headers.map(([name]) => name);
  return { ...stale, headers: [...withoutHeaders(stale.headers, names), ...notModified.headers] };
}

function fromFunction(response: {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | undefined;
}): EdgeResponse {
  return { ...response, body: response.body ?? Buffer.alloc(0) };
}

function fetchCollapsed(parts: Parts, asked: Asked, forwarded: readonly HeaderLine[]) {
  const { cache, clock, fetchOrigin } = parts;
  const { request, requestId, stale } = asked;
  const keep = (flight: Flight, response: EdgeResponse): boolean => {
    if (request.method !== 'GET' || notWhole.has(response.status)) return false;
    if (flight.outdated(request.uri, readCacheTags(response.headers))) return false;
    return cache.store(request.uri, response);
  };
  return async (flight: Flight): Promise<Landing> => {
    const fetched = await fetchOrigin(request, forwarded, requestId);
    const { status } = fetched.response;
    if (stale && status === 304) {
      const response = refreshStored(stale.response, fetched.response);
      return { response, stored: keep(flight, response), refreshed: true };
    }
    if (stale && status >= 500 && isUsableOnError(stale, clock())) {
      return { response: stale.response, stored: false, refreshed: true };
    }
    return { ...fetched, stored: keep(flight, fetched.response), refreshed: false };
  };
}

function isUsableOnError(stale: CacheEntry, now: number): boolean {
  const { freshMs, staleIfErrorMs } = stale.lifetime;
  return ageOf(stale, now) < freshMs + staleIfErrorMs;
}

/** Joins or starts the fetch of what was asked; equal questions share one trip to the origin. */
function depart(parts: Parts, flights: ReturnType<typeof createFlights<Landing>>, asked: Asked) {
  const { method, uri } = asked.request;
  const forwarded = asked.stale ? validators(asked.stale) : forwardable(asked);
  const plain = asked.stale !== undefined || forwarded.length === 0;
  const alone = method === 'OPTIONS' ? asked.requestId : '';
  const name = JSON.stringify([method, uri, plain ? [] : forwarded, alone]);
  return { ...flights.join(name, uri, fetchCollapsed(parts, asked, forwarded)), plain };
}

/** Puts the functions, the cache and the origin into CloudFront's order. */
export function createDistribution(parts: Parts): Distribution {
  const { cache, clock, functions, traffic } = parts;
  const flights = createFlights<Landing>();

  const fromCache = (asked: Asked, entry: CacheEntry): Delivery => {
    traffic.hits += 1;
    // A range is defined for GET only; the HEAD of a stored object is the HEAD of all of it.
    const ranged = asked.request.method === 'GET';
    const headers = ranged ? asked.headers : withoutHeaders(asked.headers, ['range']);
    const response = answerFromStored(entry.response, headers);
    const age = Math.floor(ageOf(entry, clock()) / 1000);
    return { response, xCache: cacheVerdict(response.status, 'Hit'), age };
  };

  const fromOrigin = async (asked: Asked): Promise<Delivery> => {
    const { joined, landed, plain } = depart(parts, flights, asked);
    const landing = await landed;
    const shared = joined && landing.stored;
    if (shared || landing.refreshed) traffic.hits += 1;
    else traffic.misses += 1;
    const response = plain ? answerFromStored(landing.response, asked.headers) : landing.response;
    if (landing.fault) return { response, xCache: `${landing.fault} from cloudfront` };
    const verdict = landing.refreshed ? 'RefreshHit' : shared ? 'Hit' : 'Miss';
    return { response, xCache: cacheVerdict(response.status, verdict) };
  };

  const lookUp = async (request: CloudFrontRequest, requestId: string): Promise<Delivery> => {
    const entry = request.method === 'OPTIONS' ? undefined : cache.get(request.uri);
    const stale = request.method === 'GET' ? entry : undefined;
    const asked: Asked = { request, requestId, headers: linesOf(request.headers), stale };
    if (!entry) return fromOrigin(asked);
    const age = ageOf(entry, clock());
    const { freshMs, staleWhileRevalidateMs } = entry.lifetime;
    if (age < freshMs) return fromCache(asked, entry);
    if (age >= freshMs + staleWhileRevalidateMs) return fromOrigin(asked);
    if (stale) depart(parts, flights, asked).landed.catch(() => undefined);
    return fromCache(asked, entry);
  };

  return {
    answer: async (viewer) => {
      const result = await functions.viewerRequest(viewer);
      if (result.kind === 'request') return lookUp(result.request, viewer.requestId);
      const xCache = result.kind === 'fault' ? result.fault : 'LambdaGeneratedResponse';
      return { response: fromFunction(result.response), xCache: `${xCache} from cloudfront` };
    },
    invalidate: (items) => {
      flights.invalidate(items);
      return cache.drop(anyOf(items));
    },
    settled: flights.allLanded,
  };
}
