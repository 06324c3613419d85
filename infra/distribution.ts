import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  CachePolicy,
  type CfnDistribution,
  Distribution,
  type DistributionProps,
  HttpVersion,
  LambdaEdgeEventType,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IVersion, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { cacheSeconds, shortErrors } from '../shared/deployment/delivery.ts';
import { cacheTagHeader } from '../shared/objects/derivatives.ts';
import { acknowledge } from './acknowledge.ts';
import { makeResponseHeaders } from './response-headers.ts';
import type { StackSettings } from './settings.ts';

export type DistributionFunctions = {
  readonly viewerRequest: LambdaFunction;
  readonly originResponse: LambdaFunction;
};

export type DistributionParts = {
  readonly settings: StackSettings;
  readonly derivatives: IBucket;
  readonly functions: DistributionFunctions;
  /** The ARN of the web ACL, if the firewall is on. */
  readonly firewall: string | undefined;
};

/**
 * The cache key is the path only: no header, cookie or query. Both encodings are off because they
 * would add Accept-Encoding to the key. CloudFront forwards only what is in the key.
 */
function makeCachePolicy(scope: Construct): CachePolicy {
  return new CachePolicy(scope, 'CachePolicy', {
    comment: 'Signet: path only',
    minTtl: Duration.seconds(cacheSeconds.minimum),
    defaultTtl: Duration.seconds(cacheSeconds.usual),
    maxTtl: Duration.seconds(cacheSeconds.most),
    enableAcceptEncodingGzip: false,
    enableAcceptEncodingBrotli: false,
  });
}

function domainProps(scope: Construct, { hosts, certificateArn }: StackSettings) {
  if (certificateArn === undefined) return {};
  return {
    domainNames: Object.keys(hosts),
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  };
}

const priceClasses = {
  all: PriceClass.PRICE_CLASS_ALL,
  200: PriceClass.PRICE_CLASS_200,
  100: PriceClass.PRICE_CLASS_100,
} as const;

function behavior(
  scope: Construct,
  parts: DistributionParts,
): DistributionProps['defaultBehavior'] {
  const { derivatives, functions, settings } = parts;
  const shield = settings.originShieldRegion;
  const association = (eventType: LambdaEdgeEventType, { currentVersion }: LambdaFunction) => ({
    eventType,
    functionVersion: currentVersion as IVersion,
  });
  return {
    origin: S3BucketOrigin.withOriginAccessControl(derivatives, {
      // With LIST a missing object is 404, so a 403 always means a wrong permission.
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      // Origin Shield renders in one place. Without it every edge location that misses would render.
      ...(shield === false ? { originShieldEnabled: false } : { originShieldRegion: shield }),
    }),
    // viewer-request answers OPTIONS, which browsers send before some requests of pages.
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
    // No redirect from http: the first request would already expose the signature.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    compress: false,
    cachePolicy: makeCachePolicy(scope),
    responseHeadersPolicy: makeResponseHeaders(scope, settings),
    edgeLambdas: [
      association(LambdaEdgeEventType.VIEWER_REQUEST, functions.viewerRequest),
      association(LambdaEdgeEventType.ORIGIN_RESPONSE, functions.originResponse),
    ],
  };
}

function acknowledgeFindings(made: Distribution, { settings, firewall }: DistributionParts): void {
  const suppress = (reason: string, id: string): void => acknowledge(made, reason, id);
  suppress('Images are served to all countries', 'AwsSolutions-CFR1');
  suppress('It uses standard logging v2, which this rule does not know', 'AwsSolutions-CFR3');
  if (firewall === undefined)
    suppress(
      'signet.firewall adds a web ACL; every URL is signed in any case',
      'AwsSolutions-CFR2',
    );
  if (settings.certificateArn === undefined)
    suppress(
      'AWS decides the TLS version for *.cloudfront.net; custom domains use 1.2 or later',
      'AwsSolutions-CFR4',
    );
  suppress(
    'The bucket cannot be listed: viewer-request refuses "/", and no query is forwarded',
    'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
  );
}

/** Makes the distribution, with one behavior that runs both functions. */
export function makeDistribution(scope: Construct, parts: DistributionParts): Distribution {
  const { settings, firewall } = parts;
  const made = new Distribution(scope, 'Distribution', {
    comment: settings.name,
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: priceClasses[settings.priceClass],
    publishAdditionalMetrics: true,
    defaultBehavior: behavior(scope, parts),
    errorResponses: shortErrors.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    ...domainProps(scope, settings),
    ...(firewall === undefined ? {} : { webAclId: firewall }),
  });
  const raw = made.node.defaultChild as CfnDistribution;
  const config = raw.distributionConfig as CfnDistribution.DistributionConfigProperty;
  raw.distributionConfig = { ...config, cacheTagConfig: { headerName: cacheTagHeader } };
  acknowledgeFindings(made, parts);
  return made;
}
