import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CorsRule,
  HttpMethods,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { cors } from '../shared/deployment/cors.ts';
import { type BucketName, denials } from '../shared/deployment/permissions.ts';
import { purgeRequests } from '../shared/versions/source-move.ts';
import type { BucketKind, Names } from './names.ts';
import { objectsArn } from './permissions.ts';
import type { StackSettings } from './settings.ts';

export type Buckets = Readonly<Record<BucketKind, IBucket>>;

/** Makes a bucket. It outlives the stack, because only derivatives could be made again. */
function makeBucket(scope: Construct, names: Names, kind: BucketKind, props: BucketProps): IBucket {
  const made = new Bucket(scope, `${kind}Bucket`, {
    bucketName: names.buckets[kind],
    // Not KMS: only with SSE-S3 is the ETag the MD5, which a fresh render sends as its ETag.
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // A first deployment that fails deletes it. Otherwise its name would block the next one.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...props,
  });
  // The class declares `isWebsite: boolean | undefined`, the interface `isWebsite?: boolean`.
  return made as IBucket;
}

const abortUploads = { abortIncompleteMultipartUploadAfter: Duration.days(1) };

/**
 * Adds what a bucket's policy denies to everyone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function addDenials(bucket: IBucket, kind: BucketName, names: Names): void {
  for (const { actions, objects, prefix, unlessAbsent } of denials) {
    if (objects !== kind) continue;
    const statement = new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: [...actions],
      resources: [objectsArn(names.buckets[objects], prefix)],
      conditions: unlessAbsent === true ? { Null: { 's3:if-none-match': 'true' } } : {},
    });
    bucket.addToResourcePolicy(statement);
  }
}

/**
 * Lets the scripts of some pages upload with a request that a backend has signed. The signature, not this rule, says
 * who may write what. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
 */
function uploadRules({ uploadOrigins }: Pick<StackSettings, 'uploadOrigins'>): CorsRule[] {
  if (uploadOrigins.length === 0) return [];
  return [
    {
      allowedOrigins: [...uploadOrigins],
      allowedMethods: [HttpMethods.PUT, HttpMethods.POST],
      allowedHeaders: ['content-type', 'x-amz-*'],
      exposedHeaders: ['ETag'],
      maxAge: cors.maxAgeSeconds,
    },
  ];
}

/**
 * Makes the four buckets. Sources keep old versions for a month, config keeps them for ever.
 * Derivatives keep none: they can be rendered again.
 */
export function makeBuckets(
  scope: Construct,
  names: Names,
  settings: Pick<StackSettings, 'logDays' | 'uploadOrigins'>,
): Buckets {
  const logs = makeBucket(scope, names, 'logs', {
    lifecycleRules: [{ ...abortUploads, expiration: Duration.days(settings.logDays) }],
  });
  const withAccessLogs = (kind: BucketKind): BucketProps => ({
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: `s3/${kind}/`,
  });
  const config = makeBucket(scope, names, 'config', {
    ...withAccessLogs('config'),
    versioned: true,
    // `signet purge` deletes its requests at once; their old versions are not needed.
    lifecycleRules: [{ prefix: purgeRequests, noncurrentVersionExpiration: Duration.days(1) }],
  });
  addDenials(config, 'config', names);
  const sources = makeBucket(scope, names, 'sources', {
    ...withAccessLogs('sources'),
    versioned: true,
    cors: uploadRules(settings),
    lifecycleRules: [{ ...abortUploads, noncurrentVersionExpiration: Duration.days(30) }],
  });
  const derivatives = makeBucket(scope, names, 'derivatives', {
    ...withAccessLogs('derivatives'),
    lifecycleRules: [{ ...abortUploads, expiration: Duration.days(90) }],
  });
  return { logs, config, sources, derivatives };
}
