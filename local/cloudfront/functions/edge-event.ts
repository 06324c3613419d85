import type {
  CloudFrontHeaders,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
} from 'aws-lambda';
import { type HeaderLine, headerMap, withoutHeaders } from '../header-map.ts';

/** The name of this distribution in events and answers. */
export const distributionDomainName = 'd111111abcdef8.cloudfront.net';

const distributionId = 'EDFDVBD6EXAMPLE';

/** A viewer's request as received, not decoded. */
export type EmulatedRequest = {
  readonly requestId: string;
  readonly clientIp: string;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: readonly HeaderLine[];
};

function eventConfig<Type extends 'viewer-request' | 'origin-response'>(
  eventType: Type,
  requestId: string,
) {
  return { distributionDomainName, distributionId, eventType, requestId };
}

/** The viewer-request event of Lambda@Edge. */
export function viewerRequestEvent(viewer: EmulatedRequest): CloudFrontRequestEvent {
  const { clientIp, method, querystring, uri } = viewer;
  const headers = headerMap(viewer.headers);
  const request = { clientIp, headers, method, querystring, uri };
  return {
    Records: [{ cf: { config: eventConfig('viewer-request', viewer.requestId), request } }],
  };
}

/** The request to the origin, without the query and with forwarded headers only. */
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
 * The headers of the origin's answer as origin-response sees them. S3 sends errors chunked, so this
 * adds `Transfer-Encoding`. The header is read-only, and a function that drops it fails in production.
 */
export function originHeaders(status: number, lines: readonly HeaderLine[]): CloudFrontHeaders {
  if (status < 400) return headerMap(lines);
  const bare = withoutHeaders(lines, ['content-length', 'transfer-encoding']);
  return headerMap([...bare, ['Transfer-Encoding', 'chunked']]);
}

/** The origin-response event: status and headers, without the body. */
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
    config: eventConfig('origin-response', requestId),
    request,
    response: { headers, status: String(status), statusDescription: reason },
  };
  return { Records: [{ cf }] };
}
