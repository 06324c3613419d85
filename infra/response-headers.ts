import {
  type ResponseCustomHeader,
  type ResponseHeadersCorsBehavior,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { cors } from '../shared/deployment/cors.ts';
import { responseHeaders } from '../shared/deployment/delivery.ts';
import type { StackSettings } from './settings.ts';

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

/** CloudFront sends CORS headers only to requests with an Origin, and with a list only to those on it. */
function corsBehavior(corsOrigins: readonly string[]): ResponseHeadersCorsBehavior {
  const isOpen = corsOrigins.length === 0;
  return {
    accessControlAllowCredentials: !isOpen,
    accessControlAllowHeaders: [...(isOpen ? cors.anyHeader : cors.namedHeaders)],
    accessControlAllowMethods: [...cors.methods],
    accessControlAllowOrigins: isOpen ? ['*'] : [...corsOrigins],
    accessControlExposeHeaders: [...cors.exposedHeaders],
    accessControlMaxAge: Duration.seconds(cors.maxAgeSeconds),
    originOverride: true,
  };
}

/** Makes the policy that sets headers on hits, misses and refusals alike. */
export function makeResponseHeaders(
  scope: Construct,
  { corsOrigins }: Pick<StackSettings, 'corsOrigins'>,
): ResponseHeadersPolicy {
  const customHeaders: readonly ResponseCustomHeader[] = custom.map((header) => ({
    header,
    value: set[header],
    override: true,
  }));
  return new ResponseHeadersPolicy(scope, 'ResponseHeaders', {
    comment: 'Signet: headers of every answer',
    securityHeadersBehavior: security,
    corsBehavior: corsBehavior(corsOrigins),
    customHeadersBehavior: { customHeaders: [...customHeaders] },
    removeHeaders: [...remove],
  });
}
