import { type ResponseCustomHeader, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { responseHeaders } from '../shared/deployment/delivery.ts';

const { set, remove } = responseHeaders;

/** CloudFront has dedicated fields for these headers and rejects them as custom headers. */
const security = {
  contentTypeOptions: { override: true },
  contentSecurityPolicy: {
    contentSecurityPolicy: set['content-security-policy'],
    override: true,
  },
  strictTransportSecurity: {
    accessControlMaxAge: Duration.seconds(63_072_000),
    includeSubdomains: true,
    override: true,
  },
} as const;

const custom = ['cross-origin-resource-policy', 'timing-allow-origin', 'vary'] as const;

/** Makes the policy that sets headers on hits, misses and refusals alike. */
export function makeResponseHeaders(scope: Construct): ResponseHeadersPolicy {
  const customHeaders: readonly ResponseCustomHeader[] = custom.map((header) => ({
    header,
    value: set[header],
    override: true,
  }));
  return new ResponseHeadersPolicy(scope, 'ResponseHeaders', {
    comment: 'Signet: headers of every answer',
    securityHeadersBehavior: security,
    corsBehavior: {
      accessControlAllowCredentials: false,
      accessControlAllowHeaders: ['*'],
      accessControlAllowMethods: ['GET', 'HEAD'],
      accessControlAllowOrigins: [set['access-control-allow-origin']],
      originOverride: true,
    },
    customHeadersBehavior: { customHeaders: [...customHeaders] },
    removeHeaders: [...remove],
  });
}
