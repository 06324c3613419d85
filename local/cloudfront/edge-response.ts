import type { LambdaFaultKind } from './functions/lambda-fault.ts';
import type { HeaderLine } from './header-map.ts';

/** A complete answer as the cache stores it, independent of the viewer. */
export type EdgeResponse = {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
};

/**
 * How CloudFront classifies an answer, in `x-cache` and in its access log. AWS documents the first four. Access logs
 * have the others for answers of Lambda@Edge, in the same words as `x-cache`.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export type ResultType =
  | 'Hit'
  | 'Miss'
  | 'RefreshHit'
  | 'Error'
  | 'LambdaGeneratedResponse'
  | LambdaFaultKind;

/** Why an answer is an `Error`: the values of `x-edge-detailed-result-type` that occur here. */
export type ErrorDetail =
  | 'ClientCommError'
  | 'InvalidRequest'
  | 'InvalidRequestBlocked'
  | 'InvalidRequestMethod'
  | 'OriginCommError'
  | 'OriginConnectError';

/** CloudFront names a hit of the shield only in `x-edge-detailed-result-type`. */
export type ResultDetail = ErrorDetail | 'OriginShieldHit';

/** A page of the local stack. It gets none of the distribution's headers and is not in its log. */
export type LocalDelivery = { readonly local: true; readonly response: EdgeResponse };

/** The answer to a viewer, and where CloudFront took it from. */
export type Delivery = {
  readonly local?: undefined;
  /**
   * An answer of viewer-request or of CloudFront itself. AWS does not document that it gets CORS headers, so
   * here it gets none.
   */
  readonly generated?: true;
  readonly response: EdgeResponse;
  readonly result: ResultType;
  /** Absent if the access log has nothing to add to `result`. */
  readonly detail?: ResultDetail;
  /** Seconds in the cache; absent when the answer did not come from it. */
  readonly age?: number;
};

/** The type of an answer from the cache or the origin. An error is always `Error`, cached or not. */
export function cacheVerdict(status: number, verdict: 'Hit' | 'Miss' | 'RefreshHit'): ResultType {
  return status >= 400 ? 'Error' : verdict;
}
