import type { HeaderLine } from './header-map.ts';

/** A complete answer as the cache stores it, independent of the viewer. */
export type EdgeResponse = {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
};

/** The answer to a viewer, and where CloudFront took it from. */
export type Delivery = {
  /** A page of the local stack. It gets none of the distribution's headers. */
  readonly local?: true;
  /**
   * An answer of viewer-request or of CloudFront itself. AWS does not document that it gets CORS headers, so
   * here it gets none.
   */
  readonly generated?: true;
  readonly response: EdgeResponse;
  readonly xCache: string;
  /** Seconds in the cache; absent when the answer did not come from it. */
  readonly age?: number;
};

/** The `x-cache` of an answer. An error is always `Error`, cached or not. */
export function cacheVerdict(status: number, verdict: 'Hit' | 'Miss' | 'RefreshHit'): string {
  return `${status >= 400 ? 'Error' : verdict} from cloudfront`;
}
