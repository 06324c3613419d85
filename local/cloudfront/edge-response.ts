import type { HeaderLine } from './header-map.ts';

/** A complete answer as the cache keeps it: nothing in it depends on who asked. */
export type EdgeResponse = {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
};

/** What a viewer gets: the answer, and how CloudFront came by it. */
export type Delivery = {
  /** A page of the local stack: no part of the distribution, so none of its headers apply. */
  readonly local?: true;
  readonly response: EdgeResponse;
  readonly xCache: string;
  /** Seconds in the cache; absent when the answer did not come from it. */
  readonly age?: number;
};

/** The `x-cache` of an answer: errors say so wherever they came from. */
export function cacheVerdict(status: number, verdict: 'Hit' | 'Miss' | 'RefreshHit'): string {
  return `${status >= 400 ? 'Error' : verdict} from cloudfront`;
}
