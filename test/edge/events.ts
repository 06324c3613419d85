import type { CloudFrontRequestEvent, CloudFrontResponseEvent } from 'aws-lambda';

const domainName = 'signet-derivatives.s3.us-east-1.amazonaws.com';
const about = (eventType: 'viewer-request' | 'origin-response') => ({
  distributionDomainName: 'd111111abcdef8.cloudfront.net',
  distributionId: 'EDFDVBD6EXAMPLE',
  eventType,
  requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
});

/**
 * The event of a viewer request, as AWS documents it:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
 */
export function viewerEvent(
  uri: string,
  querystring = '',
  { method = 'GET', headers = {} as Readonly<Record<string, string>> } = {},
): CloudFrontRequestEvent {
  const lines = Object.entries({ Host: 'd111111abcdef8.cloudfront.net', ...headers });
  const request = {
    clientIp: '203.0.113.178',
    headers: Object.fromEntries(lines.map(([key, value]) => [key.toLowerCase(), [{ key, value }]])),
    method,
    querystring,
    uri,
  };
  return { Records: [{ cf: { config: about('viewer-request'), request } }] };
}

/** The event of an answer of S3: status and headers, never the body. */
export function originEvent(uri: string, status = '404', method = 'GET'): CloudFrontResponseEvent {
  const request = {
    clientIp: '203.0.113.178',
    headers: {
      host: [{ key: 'Host', value: domainName }],
      'user-agent': [{ key: 'User-Agent', value: 'Amazon CloudFront' }],
    },
    method,
    querystring: '',
    uri,
    origin: {
      s3: {
        authMethod: 'none' as const,
        customHeaders: {},
        domainName,
        path: '',
      },
    },
  };
  const response = {
    status,
    statusDescription: status === '404' ? 'Not Found' : 'OK',
    headers: {
      'transfer-encoding': [{ key: 'Transfer-Encoding', value: 'chunked' }],
      'content-type': [{ key: 'Content-Type', value: 'application/xml' }],
      server: [{ key: 'Server', value: 'AmazonS3' }],
    },
  };
  return { Records: [{ cf: { config: about('origin-response'), request, response } }] };
}
