import type { Fetch } from './cache/cache-tier.ts';
import { errorPage } from './error-page.ts';
import { originRequest } from './functions/edge-event.ts';
import type { FunctionLog } from './functions/edge-function.ts';
import type { EdgeFunctions } from './functions/edge-functions.ts';
import { type HeaderLine, withoutHeaders } from './header-map.ts';
import type { Origin } from './origin.ts';

export type OriginTraffic = { originRequests: number; renders: number };

const originDetails = { 502: 'OriginConnectError', 504: 'OriginCommError' } as const;

const originMessages = {
  502: 'CloudFront was not able to connect to the origin.',
  504: 'CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.',
} as const;

// Length and framing are set for each viewer.
const framing = ['content-length', 'transfer-encoding'];

/** Creates the fetch for cache misses: S3, then origin-response. Failures become error pages. */
export function createOriginFetch(parts: {
  readonly origin: Origin;
  readonly bucket: string;
  readonly functions: EdgeFunctions;
  readonly traffic: OriginTraffic;
  readonly log: FunctionLog;
}): Fetch {
  const { origin, bucket, functions, traffic, log } = parts;
  return async (request, forwarded, requestId) => {
    traffic.originRequests += 1;
    const { method, uri } = request;
    const answer = await origin.fetch({ method, uri, headers: forwarded });
    if (answer.kind === 'failed') {
      log('cloudfront', `${answer.status} from the origin ${requestId}: ${answer.reason}`);
      const response = errorPage(answer.status, originMessages[answer.status], requestId);
      return { response, detail: originDetails[answer.status] };
    }
    traffic.renders += 1;
    const sent = originRequest(request, forwarded, bucket);
    const result = await functions.originResponse(requestId, sent, answer);
    if (result.kind === 'fault') return result;
    const { status, headers, body = answer.body } = result.response;
    const length = headLength(method, result.response.body, headers);
    return {
      response: { status, headers: [...withoutHeaders(headers, framing), ...length], body },
    };
  };
}

// The answer to a HEAD has no body, so the length must come from S3.
function headLength(
  method: string,
  generated: Buffer | undefined,
  headers: readonly HeaderLine[],
): readonly HeaderLine[] {
  if (method !== 'HEAD' || generated) return [];
  return headers.filter(([name]) => name === 'content-length');
}
