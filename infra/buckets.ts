import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BucketKind, Names } from './names.ts';
import { objectsArn } from './permissions.ts';
import type { StackSettings } from './settings.ts';

export type Buckets = Readonly<Record<BucketKind, IBucket>>;

/** No bucket goes with the stack: what is in it cannot be made again, but for the derivatives. */
function bucket(scope: Construct, names: Names, kind: BucketKind, props: BucketProps): IBucket {
  const made = new Bucket(scope, `${kind}Bucket`, {
    bucketName: names.buckets[kind],
    // Not KMS: with SSE-S3 an ETag is the MD5 that a freshly made answer carries.
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // But for one of a first deployment that failed: its name would be in the way of the next.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...props,
  });
  // The class says `isWebsite: boolean | undefined` where its interface says `isWebsite?: boolean`.
  return made as IBucket;
}

const unfinished = { abortIncompleteMultipartUploadAfter: Duration.days(1) };

/**
 * The audit trail can be added to and not changed: whoever could remove its end could put an older
 * policy back. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function appendOnly(config: IBucket, name: string): void {
  const trail = objectsArn(name, 'audit/');
  const deny = (actions: readonly string[], conditions = {}): PolicyStatement =>
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: [...actions],
      resources: [trail],
      conditions,
    });
  config.addToResourcePolicy(deny(['s3:DeleteObject', 's3:DeleteObjectVersion']));
  const unconditional = { Null: { 's3:if-none-match': 'true' } };
  config.addToResourcePolicy(deny(['s3:PutObject'], unconditional));
}

/**
 * Sources and config keep their versions: an overwritten picture can be had back for a month, and a
 * policy for ever. Derivatives do not: they are made again from their source.
 */
export function makeBuckets(
  scope: Construct,
  names: Names,
  { logDays }: Pick<StackSettings, 'logDays'>,
): Buckets {
  const logs = bucket(scope, names, 'logs', {
    lifecycleRules: [{ ...unfinished, expiration: Duration.days(logDays) }],
  });
  const logged = (kind: BucketKind): BucketProps => ({
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: `s3/${kind}/`,
  });
  const config = bucket(scope, names, 'config', {
    ...logged('config'),
    versioned: true,
    // What `signet purge` asks for is gone once it is asked; its versions say nothing.
    lifecycleRules: [{ prefix: 'purges/', noncurrentVersionExpiration: Duration.days(1) }],
  });
  appendOnly(config, names.buckets.config);
  const sources = bucket(scope, names, 'sources', {
    ...logged('sources'),
    versioned: true,
    lifecycleRules: [{ ...unfinished, noncurrentVersionExpiration: Duration.days(30) }],
  });
  const derivatives = bucket(scope, names, 'derivatives', {
    ...logged('derivatives'),
    lifecycleRules: [{ ...unfinished, expiration: Duration.days(90) }],
  });
  return { logs, config, sources, derivatives };
}
