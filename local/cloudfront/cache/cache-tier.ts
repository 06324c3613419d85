import type { CloudFrontRequest } from 'aws-lambda';
import type { EdgeResponse, ErrorDetail } from '../edge-response.ts';
import type { LambdaFaultKind } from '../functions/lambda-fault.ts';
import { type HeaderLine, headerValue, withoutHeaders } from '../header-map.ts';
import { readCacheTags } from './cache-tags.ts';
import { type CollapsedFetch, createFetchCollapser } from './collapsing.ts';
import { answerFromStored } from './conditional.ts';
import { matchAny } from './invalidation.ts';
import { ageOf, type CacheEntry, type ObjectCache } from './object-cache.ts';

/** The viewer headers that are forwarded to the origin. */
const forwardedNames = ['range', 'if-none-match', 'if-modified-since'];

/** Answers about a part or a condition. They do not describe the whole object. */
const notWhole: ReadonlySet<number> = new Set([206, 304, 412, 416]);

/** What a tier gets from the one behind it, or from the origin. */
export type Fetched = {
  readonly response: EdgeResponse;
  readonly fault?: LambdaFaultKind;
  /** Why the origin gave no answer. */
  readonly detail?: ErrorDetail;
  /** The answer comes from the cache of the tier behind. */
  readonly shielded?: true;
  /** Milliseconds in the caches behind. */
  readonly ageMs?: number;
};

/** Fetches from the tier behind, or from the origin. */
export type Fetch = (
  request: CloudFrontRequest,
  forwarded: readonly HeaderLine[],
  requestId: string,
) => Promise<Fetched>;

/** A request after viewer-request. */
export type TierRequest = {
  readonly request: CloudFrontRequest;
  readonly requestId: string;
  readonly headers: readonly HeaderLine[];
};

/** An answer, and whether this tier had it. `ageMs` is absent if no cache had it. */
export type TierAnswer = Fetched & { readonly verdict: 'Hit' | 'Miss' | 'RefreshHit' };

/** One layer of caches: an edge location, or the shield behind all locations. */
export type CacheTier = {
  readonly answer: (asked: TierRequest) => Promise<TierAnswer>;
  /** Removes the objects that match. Returns their number. */
  readonly invalidate: (items: readonly string[]) => number;
  /** Resolves when no fetch is in progress, including background revalidations. */
  readonly waitForFetches: () => Promise<void>;
};

type Parts = {
  readonly cache: ObjectCache;
  readonly fetch: Fetch;
  readonly clock: () => number;
};

/** A request, and the stale entry that a fetch can revalidate. */
type CacheRequest = TierRequest & { readonly stale: CacheEntry | undefined };

type FetchOutcome = Fetched & { readonly stored: boolean; readonly refreshed: boolean };

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

/** A throttled function says nothing about the object, so its error page is not stored. */
const isStorable = ({ fault, response }: Fetched): boolean =>
  fault !== 'LambdaLimitExceeded' && !notWhole.has(response.status);

function createFetch(parts: Parts, asked: CacheRequest, forwarded: readonly HeaderLine[]) {
  const { cache, clock } = parts;
  const { request, requestId, stale } = asked;
  const store = (fetch: CollapsedFetch, fetched: Fetched): boolean => {
    const { response, ageMs } = fetched;
    if (request.method !== 'GET' || !isStorable(fetched)) return false;
    if (fetch.isOutdated(request.uri, readCacheTags(response.headers))) return false;
    return cache.store(request.uri, response, ageMs);
  };
  return async (fetch: CollapsedFetch): Promise<FetchOutcome> => {
    const fetched = await parts.fetch(request, forwarded, requestId);
    const { status } = fetched.response;
    if (stale && status === 304) {
      const response = refreshStored(stale.response, fetched.response);
      return { response, stored: store(fetch, { ...fetched, response }), refreshed: true };
    }
    if (stale && status >= 500 && isUsableOnError(stale, clock())) {
      return { response: stale.response, stored: false, refreshed: true };
    }
    return { ...fetched, stored: store(fetch, fetched), refreshed: false };
  };
}

function isUsableOnError(stale: CacheEntry, now: number): boolean {
  const { freshMs, staleIfErrorMs } = stale.lifetime;
  return ageOf(stale, now) < freshMs + staleIfErrorMs;
}

/** Joins or starts a fetch. Equal requests share one fetch. */
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

function answerFromCache({ clock }: Parts, asked: CacheRequest, entry: CacheEntry): TierAnswer {
  // Ranges are defined for GET only. A HEAD describes the whole object.
  const ranged = asked.request.method === 'GET';
  const headers = ranged ? asked.headers : withoutHeaders(asked.headers, ['range']);
  const response = answerFromStored(entry.response, headers);
  return { response, verdict: 'Hit', ageMs: ageOf(entry, clock()) };
}

/** Creates a tier with a cache. Concurrent requests for one object share one fetch. */
export function createCacheTier(parts: Parts): CacheTier {
  const { cache, clock } = parts;
  const fetches = createFetchCollapser<FetchOutcome>();

  const answerFromFetch = async (asked: CacheRequest): Promise<TierAnswer> => {
    const { joined, outcome, whole } = joinFetch(parts, fetches, asked);
    const { stored, refreshed, ...fetched } = await outcome;
    const response = whole ? answerFromStored(fetched.response, asked.headers) : fetched.response;
    const isHit = (joined && stored) || fetched.shielded === true;
    return { ...fetched, response, verdict: refreshed ? 'RefreshHit' : isHit ? 'Hit' : 'Miss' };
  };

  return {
    answer: async (tierRequest) => {
      const { method, uri } = tierRequest.request;
      const entry = method === 'OPTIONS' ? undefined : cache.get(uri);
      const stale = method === 'GET' ? entry : undefined;
      const asked = { ...tierRequest, stale };
      if (!entry) return answerFromFetch(asked);
      const age = ageOf(entry, clock());
      const { freshMs, staleWhileRevalidateMs } = entry.lifetime;
      if (age < freshMs) return answerFromCache(parts, asked, entry);
      if (age >= freshMs + staleWhileRevalidateMs) return answerFromFetch(asked);
      if (stale) joinFetch(parts, fetches, asked).outcome.catch(() => undefined);
      return answerFromCache(parts, asked, entry);
    },
    invalidate: (items) => {
      fetches.invalidate(items);
      return cache.drop(matchAny(items));
    },
    waitForFetches: fetches.waitForFetches,
  };
}
