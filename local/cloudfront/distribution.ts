import {
  type CacheTier,
  createCacheTier,
  type Fetch,
  type TierAnswer,
} from './cache/cache-tier.ts';
import type { ObjectCache } from './cache/object-cache.ts';
import { cacheVerdict, type Delivery, type EdgeResponse } from './edge-response.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import type { EdgeFunctions } from './functions/edge-functions.ts';
import { type HeaderLine, toHeaderLines } from './header-map.ts';

export type CacheTraffic = { hits: number; misses: number };

type Parts = {
  readonly functions: EdgeFunctions;
  /** The number of edge locations. With more than one, they share a shield. */
  readonly locations: number;
  readonly createCache: () => ObjectCache;
  readonly fetchOrigin: Fetch;
  readonly traffic: CacheTraffic;
  readonly clock: () => number;
};

/** The path of requests through the edge locations. */
export type Distribution = {
  /** Answers a viewer at the location of that index. */
  readonly answer: (viewer: EmulatedRequest, location: number) => Promise<Delivery>;
  /** Removes matching objects from every cache. Returns how many copies it removed. */
  readonly invalidate: (items: readonly string[]) => number;
  /** Resolves when no fetch is in progress, including background revalidations. */
  readonly waitForFetches: () => Promise<void>;
};

function toEdgeResponse(response: {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | undefined;
}): EdgeResponse {
  return { ...response, body: response.body ?? Buffer.alloc(0) };
}

/** How an edge location reaches the shield. What is no miss there comes from its cache. */
function fetchThrough(shield: CacheTier): Fetch {
  return async (request, headers, requestId) => {
    const { verdict, ...fetched } = await shield.answer({ request, headers, requestId });
    return verdict === 'Miss' ? fetched : { ...fetched, shielded: true };
  };
}

/**
 * One location asks the origin itself. Several have Origin Shield between them and the origin, which collapses their
 * requests for one object into one.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
 */
function createTiers({ locations, createCache, fetchOrigin, clock }: Parts) {
  const createTier = (fetch: Fetch) => createCacheTier({ cache: createCache(), fetch, clock });
  if (locations === 1) return { edges: [createTier(fetchOrigin)], shield: undefined };
  const shield = createTier(fetchOrigin);
  const edges = Array.from({ length: locations }, () => createTier(fetchThrough(shield)));
  return { edges, shield };
}

/** A hit of the shield is a hit for the viewer, too. Only the detailed result of the access log names it. */
function toDelivery({ response, verdict, fault, detail, shielded, ageMs }: TierAnswer): Delivery {
  const result = fault ?? cacheVerdict(response.status, verdict);
  const reason = result === 'Hit' && shielded ? 'OriginShieldHit' : detail;
  return {
    response,
    result,
    ...(reason && { detail: reason }),
    ...(ageMs !== undefined && { age: Math.floor(ageMs / 1_000) }),
  };
}

/** Runs the functions, the caches and the origin in CloudFront's order. */
export function createDistribution(parts: Parts): Distribution {
  const { functions, traffic } = parts;
  const { edges, shield } = createTiers(parts);
  const tiers = [...edges, ...(shield ? [shield] : [])];
  return {
    answer: async (viewer, location) => {
      const edge = edges[location];
      if (!edge) throw new Error(`there is no edge location ${location}`);
      const result = await functions.viewerRequest(viewer, location);
      if (result.kind === 'request') {
        const { request } = result;
        const headers = toHeaderLines(request.headers);
        const answer = await edge.answer({ request, requestId: viewer.requestId, headers });
        traffic[answer.verdict === 'Miss' ? 'misses' : 'hits'] += 1;
        return toDelivery(answer);
      }
      return {
        generated: true,
        response: toEdgeResponse(result.response),
        result: result.kind === 'fault' ? result.fault : 'LambdaGeneratedResponse',
      };
    },
    invalidate: (items) => tiers.reduce((sum, tier) => sum + tier.invalidate(items), 0),
    waitForFetches: async () => {
      await Promise.all(tiers.map((tier) => tier.waitForFetches()));
    },
  };
}
