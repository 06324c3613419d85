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
  /** The ARN of a firewall's ACL, where there is one. */
  readonly firewall: string | undefined;
};

/**
 * Nothing but the path is in the cache's key: no header, cookie or query, and both encodings off, or
 * Accept-Encoding would be in it. What is not in the key is not passed on either.
 */
function makeCachePolicy(scope: Construct): CachePolicy {
  return new CachePolicy(scope, 'CachePolicy', {
    comment: 'Signet: the path alone',
    minTtl: Duration.seconds(cacheSeconds.minimum),
    defaultTtl: Duration.seconds(cacheSeconds.usual),
    maxTtl: Duration.seconds(cacheSeconds.most),
    enableAcceptEncodingGzip: false,
    enableAcceptEncodingBrotli: false,
  });
}

function onDomains(scope: Construct, { hosts, certificateArn }: StackSettings) {
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
  const at = (eventType: LambdaEdgeEventType, { currentVersion }: LambdaFunction) => ({
    eventType,
    functionVersion: currentVersion as IVersion,
  });
  return {
    origin: S3BucketOrigin.withOriginAccessControl(derivatives, {
      // With LIST what is missing is 404 instead of 403, which then is always our own mistake.
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      // One place renders: without it every edge location that misses makes the same image.
      ...(shield === false ? { originShieldEnabled: false } : { originShieldRegion: shield }),
    }),
    // The third one is refused by viewer-request, with an answer that says what is allowed.
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
    // A redirect from http would have sent the signature in the open already.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    compress: false,
    cachePolicy: makeCachePolicy(scope),
    responseHeadersPolicy: makeResponseHeaders(scope),
    edgeLambdas: [
      at(LambdaEdgeEventType.VIEWER_REQUEST, functions.viewerRequest),
      at(LambdaEdgeEventType.ORIGIN_RESPONSE, functions.originResponse),
    ],
  };
}

function acknowledgeFindings(made: Distribution, { settings, firewall }: DistributionParts): void {
  const say = (reason: string, id: string): void => acknowledge(made, reason, id);
  say('Images are served everywhere', 'AwsSolutions-CFR1');
  say('It logs by standard logging v2, which this rule cannot see', 'AwsSolutions-CFR3');
  if (firewall === undefined)
    say('signet.firewall turns one on; every URL is signed all the same', 'AwsSolutions-CFR2');
  if (settings.certificateArn === undefined)
    say(
      'CloudFront sets the TLS of its own names; a host of one’s own has 1.2',
      'AwsSolutions-CFR4',
    );
  say(
    'viewer-request refuses "/", and no query is passed on: nobody can list',
    'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
  );
}

/** The distribution: one behaviour, with the functions on it. */
export function makeDistribution(scope: Construct, parts: DistributionParts): Distribution {
  const { settings, firewall } = parts;
  const made = new Distribution(scope, 'Distribution', {
    comment: settings.name,
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: priceClasses[settings.priceClass],
    publishAdditionalMetrics: true,
    defaultBehavior: behavior(scope, parts),
    errorResponses: shortErrors.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    ...onDomains(scope, settings),
    ...(firewall === undefined ? {} : { webAclId: firewall }),
  });
  const raw = made.node.defaultChild as CfnDistribution;
  const config = raw.distributionConfig as CfnDistribution.DistributionConfigProperty;
  raw.distributionConfig = { ...config, cacheTagConfig: { headerName: cacheTagHeader } };
  acknowledgeFindings(made, parts);
  return made;
}
