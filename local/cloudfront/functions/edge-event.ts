import type {
  CloudFrontHeaders,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
} from 'aws-lambda';
import { type HeaderLine, headerMap, withoutHeaders } from '../header-map.ts';

/** The name this distribution has in events and on its own pages. */
export const distributionDomainName = 'd111111abcdef8.cloudfront.net';

const distributionId = 'EDFDVBD6EXAMPLE';

/** A viewer's request as it came in, nothing decoded. */
export type EmulatedRequest = {
  readonly requestId: string;
  readonly clientIp: string;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: readonly HeaderLine[];
};

function configOf<Type extends 'viewer-request' | 'origin-response'>(
  eventType: Type,
  requestId: string,
) {
  return { distributionDomainName, distributionId, eventType, requestId };
}

/** The event of a viewer request, in Lambda@Edge's shape. */
export function viewerRequestEvent(viewer: EmulatedRequest): CloudFrontRequestEvent {
  const { clientIp, method, querystring, uri } = viewer;
  const headers = headerMap(viewer.headers);
  const request = { clientIp, headers, method, querystring, uri };
  return { Records: [{ cf: { config: configOf('viewer-request', viewer.requestId), request } }] };
}

/** The request as it goes to the origin: no query, and no viewer header but those forwarded. */
export function originRequest(
  request: CloudFrontRequest,
  forwarded: readonly HeaderLine[],
  bucket: string,
): CloudFrontRequest {
  const domainName = `${bucket}.s3.us-east-1.amazonaws.com`;
  const lines: HeaderLine[] = [
    ['Host', domainName],
    ['User-Agent', 'Amazon CloudFront'],
    ['Via', `1.1 ${distributionDomainName} (CloudFront)`],
    ['X-Forwarded-For', request.clientIp],
    ...forwarded,
  ];
  return {
    clientIp: request.clientIp,
    headers: headerMap(lines),
    method: request.method,
    querystring: '',
    uri: request.uri,
    origin: { s3: { authMethod: 'none', customHeaders: {}, domainName, path: '' } },
  };
}

/**
 * The headers of an origin's answer as origin-response sees them. S3 sends its errors chunked; an
 * origin that gives their length is made to look the same, because the read-only header that a
 * function must then leave alone is the trap that fails in production.
 */
export function originHeaders(status: number, lines: readonly HeaderLine[]): CloudFrontHeaders {
  if (status < 400) return headerMap(lines);
  const bare = withoutHeaders(lines, ['content-length', 'transfer-encoding']);
  return headerMap([...bare, ['Transfer-Encoding', 'chunked']]);
}

/** The event of an origin's answer: status and headers, never the body. */
export function originResponseEvent(
  requestId: string,
  request: CloudFrontRequest,
  response: {
    readonly status: number;
    readonly reason: string;
    readonly headers: CloudFrontHeaders;
  },
): CloudFrontResponseEvent {
  const { headers, reason, status } = response;
  const cf = {
    config: configOf('origin-response', requestId),
    request,
    response: { headers, status: String(status), statusDescription: reason },
  };
  return { Records: [{ cf }] };
}
