import type { CloudFrontRequest } from 'aws-lambda';
import { readCacheTags } from './cache/cache-tags.ts';
import { type CollapsedFetch, createFetchCollapser } from './cache/collapsing.ts';
import { answerFromStored } from './cache/conditional.ts';
import { matchAny } from './cache/invalidation.ts';
import { ageOf, type CacheEntry, type ObjectCache } from './cache/object-cache.ts';
import { cacheVerdict, type Delivery, type EdgeResponse } from './edge-response.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import type { EdgeFunctions } from './functions/edge-functions.ts';
import { type HeaderLine, headerValue, toHeaderLines, withoutHeaders } from './header-map.ts';
import type { FetchOrigin, OriginFetch } from './origin-fetch.ts';

/** The viewer headers that are forwarded to the origin. */
const forwardedNames = ['range', 'if-none-match', 'if-modified-since'];

/** Answers about a part or a condition. They do not describe the whole object. */
const notWhole: ReadonlySet<number> = new Set([206, 304, 412, 416]);

type FetchOutcome = OriginFetch & { readonly stored: boolean; readonly refreshed: boolean };

export type CacheTraffic = { hits: number; misses: number };

type Parts = {
  readonly functions: EdgeFunctions;
  readonly cache: ObjectCache;
  readonly fetchOrigin: FetchOrigin;
  readonly traffic: CacheTraffic;
  readonly clock: () => number;
};

/** A request after viewer-request, and the stale entry that a fetch can revalidate. */
type CacheRequest = {
  readonly request: CloudFrontRequest;
  readonly requestId: string;
  readonly headers: readonly HeaderLine[];
  readonly stale: CacheEntry | undefined;
};

/** The path of a request through one edge location. */
export type Distribution = {
  readonly answer: (viewer: EmulatedRequest) => Promise<Delivery>;
  readonly invalidate: (items: readonly string[]) => number;
  /** Resolves when no fetch is in progress, including background revalidations. */
  readonly waitForFetches: () => Promise<void>;
};

function validators(stale: CacheEntry): HeaderLine[] {
  if (stale.response.status !== 200) return [];
  const etag = headerValue(stale.response.headers, 'etag');
  const modified = headerValue(stale.response.headers, 'last-modified');
  if (etag !== undefined) return [['if-none-match', etag]];
  return modified === undefined ? [] : [['if-modified-since', modified]];
}

function forwardedHeaders(asked: CacheRequest): HeaderLine[] {
  if (asked.request.method === 'OPTIONS') return [];
  // If-Range is not forwarded, so the range could come from another version. Fetch the whole object.
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

function toEdgeResponse(response: {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | undefined;
}): EdgeResponse {
  return { ...response, body: response.body ?? Buffer.alloc(0) };
}

function createFetch(parts: Parts, asked: CacheRequest, forwarded: readonly HeaderLine[]) {
  const { cache, clock, fetchOrigin } = parts;
  const { request, requestId, stale } = asked;
  const store = (fetch: CollapsedFetch, response: EdgeResponse): boolean => {
    if (request.method !== 'GET' || notWhole.has(response.status)) return false;
    if (fetch.isOutdated(request.uri, readCacheTags(response.headers))) return false;
    return cache.store(request.uri, response);
  };
  return async (fetch: CollapsedFetch): Promise<FetchOutcome> => {
    const fetched = await fetchOrigin(request, forwarded, requestId);
    const { status } = fetched.response;
    if (stale && status === 304) {
      const response = refreshStored(stale.response, fetched.response);
      return { response, stored: store(fetch, response), refreshed: true };
    }
    if (stale && status >= 500 && isUsableOnError(stale, clock())) {
      return { response: stale.response, stored: false, refreshed: true };
    }
    return { ...fetched, stored: store(fetch, fetched.response), refreshed: false };
  };
}

function isUsableOnError(stale: CacheEntry, now: number): boolean {
  const { freshMs, staleIfErrorMs } = stale.lifetime;
  return ageOf(stale, now) < freshMs + staleIfErrorMs;
}

/** Joins or starts a fetch. Equal requests share one origin request. */
function joinFetch(
  parts: Parts,
  fetches: ReturnType<typeof createFetchCollapser<FetchOutcome>>,
  asked: CacheRequest,
) {
  const { method, uri } = asked.request;
  const forwarded = asked.stale ? validators(asked.stale) : forwardedHeaders(asked);
  const whole = asked.stale !== undefined || forwarded.length === 0;
  const alone = method === 'OPTIONS' ? asked.requestId : '';
  const name = JSON.stringify([method, uri, whole ? [] : forwarded, alone]);
  return { ...fetches.join(name, uri, createFetch(parts, asked, forwarded)), whole };
}

/** Answers from a stored response. Counts a hit. */
function answerFromCache(
  { clock, traffic }: Parts,
  asked: CacheRequest,
  entry: CacheEntry,
): Delivery {
  traffic.hits += 1;
  // Ranges are defined for GET only. A HEAD describes the whole object.
  const ranged = asked.request.method === 'GET';
  const headers = ranged ? asked.headers : withoutHeaders(asked.headers, ['range']);
  const response = answerFromStored(entry.response, headers);
  const age = Math.floor(ageOf(entry, clock()) / 1000);
  return { response, result: cacheVerdict(response.status, 'Hit'), age };
}

/** Runs the functions, the cache and the origin in CloudFront's order. */
export function createDistribution(parts: Parts): Distribution {
  const { cache, clock, functions, traffic } = parts;
  const fetches = createFetchCollapser<FetchOutcome>();

  const answerFromOrigin = async (asked: CacheRequest): Promise<Delivery> => {
    const { joined, outcome, whole } = joinFetch(parts, fetches, asked);
    const fetched = await outcome;
    const shared = joined && fetched.stored;
    if (shared || fetched.refreshed) traffic.hits += 1;
    else traffic.misses += 1;
    const response = whole ? answerFromStored(fetched.response, asked.headers) : fetched.response;
    const { fault, detail } = fetched;
    if (fault) return { response, result: fault };
    const verdict = fetched.refreshed ? 'RefreshHit' : shared ? 'Hit' : 'Miss';
    const result = cacheVerdict(response.status, verdict);
    return { response, result, ...(detail && { detail }) };
  };

  const lookUp = async (request: CloudFrontRequest, requestId: string): Promise<Delivery> => {
    const entry = request.method === 'OPTIONS' ? undefined : cache.get(request.uri);
    const stale = request.method === 'GET' ? entry : undefined;
    const asked: CacheRequest = {
      request,
      requestId,
      headers: toHeaderLines(request.headers),
      stale,
    };
    if (!entry) return answerFromOrigin(asked);
    const age = ageOf(entry, clock());
    const { freshMs, staleWhileRevalidateMs } = entry.lifetime;
    if (age < freshMs) return answerFromCache(parts, asked, entry);
    if (age >= freshMs + staleWhileRevalidateMs) return answerFromOrigin(asked);
    if (stale) joinFetch(parts, fetches, asked).outcome.catch(() => undefined);
    return answerFromCache(parts, asked, entry);
  };

  return {
    answer: async (viewer) => {
      const result = await functions.viewerRequest(viewer);
      if (result.kind === 'request') return lookUp(result.request, viewer.requestId);
      return {
        generated: true,
        response: toEdgeResponse(result.response),
        result: result.kind === 'fault' ? result.fault : 'LambdaGeneratedResponse',
      };
    },
    invalidate: (items) => {
      fetches.invalidate(items);
      return cache.drop(matchAny(items));
    },
    waitForFetches: fetches.waitForFetches,
  };
}
