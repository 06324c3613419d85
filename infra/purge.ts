import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { type CfnQueuePolicy, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { permissions } from '../shared/deployment/permissions.ts';
import type { Buckets } from './buckets.ts';
import type { Names } from './names.ts';
import { ordinaryFunction } from './ordinary-function.ts';
import { bucketArn } from './permissions.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';

export type PurgeParts = {
  readonly settings: StackSettings;
  readonly names: Names;
  readonly secrets: Secrets;
  readonly buckets: Buckets;
  readonly distribution: Distribution;
  readonly zip: string;
};

/**
 * More than two hours of them, which an outage of a neighbour may last. What failed each time lies there
 * for two weeks, and raises an alarm.
 */
const tries = 20;
const visibility = Duration.minutes(7);

/**
 * Few functions, and a message waits five seconds for others: CloudFront takes so many invalidations at a
 * time, and each may name many tags. What ten messages of a second purge name fits into the function's
 * minute.
 */
const batches = {
  batchSize: 10,
  maxBatchingWindow: Duration.seconds(5),
  maxConcurrency: 5,
} as const;

function makeQueues(scope: Construct): { readonly queue: Queue; readonly dead: Queue } {
  const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
  const dead = new Queue(scope, 'PurgeDead', { ...common, retentionPeriod: Duration.days(14) });
  const queue = new Queue(scope, 'PurgeQueue', {
    ...common,
    // Six times the function's time and the window of a batch, as SQS and Lambda want it.
    visibilityTimeout: visibility,
    deadLetterQueue: { queue: dead, maxReceiveCount: tries },
  });
  return { queue, dead };
}

type Reported = {
  readonly bucket: IBucket;
  readonly events: readonly string[];
  readonly prefix?: string;
};

function reporting({ events, prefix }: Reported, queue: Queue) {
  const filter = { s3Key: { rules: [{ name: 'prefix', value: prefix ?? '' }] } };
  return events.map((event) => ({
    event,
    queue: queue.queueArn,
    ...(prefix === undefined ? {} : { filter }),
  }));
}

function mayReport(queue: Queue, account: string, buckets: readonly string[]): CfnQueuePolicy {
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnEquals: { 'aws:SourceArn': buckets.map(bucketArn) },
      },
    }),
  );
  return queue.node.findChild('Policy').node.defaultChild as CfnQueuePolicy;
}

/**
 * By the property of the bucket itself: the library's way brings a function of its own, with rights
 * to every bucket. S3 tries the queue when the property is set, so its policy has to be there before.
 */
function report(queue: Queue, policy: CfnQueuePolicy, reported: Reported): void {
  const raw = reported.bucket.node.defaultChild as CfnBucket;
  raw.notificationConfiguration = { queueConfigurations: reporting(reported, queue) };
  raw.addResourceDependency(policy);
}

function purgeFunction(scope: Construct, parts: PurgeParts, queue: Queue): LambdaFunction {
  const { buckets, distribution, names, secrets, settings, zip } = parts;
  return ordinaryFunction(scope, 'Purge', {
    zip,
    about: 'Deletes what was made from a source that has changed, and drops it from the caches',
    settings,
    environment: {
      SIGNET_SOURCES_BUCKET: names.buckets.sources,
      SIGNET_CONFIG_BUCKET: names.buckets.config,
      SIGNET_DERIVATIVES_BUCKET: buckets.derivatives.bucketName,
      SIGNET_DISTRIBUTION_ID: distribution.distributionId,
      SIGNET_PURGE_QUEUE: queue.queueUrl,
    },
    permissions: permissions.purge,
    resources: {
      names,
      secrets,
      other: { distribution: distribution.distributionArn, 'purge queue': queue.queueArn },
    },
  });
}

/** S3's events of changed sources, a queue, and the function that works them off. */
export function makePurge(scope: Construct, parts: PurgeParts) {
  const { buckets, names, settings } = parts;
  const { queue, dead } = makeQueues(scope);
  const policy = mayReport(queue, settings.account, [names.buckets.sources, names.buckets.config]);
  const changes = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'];
  report(queue, policy, { bucket: buckets.sources, events: changes });
  // What `signet purge` asks for.
  const asked = { bucket: buckets.config, events: ['s3:ObjectCreated:*'], prefix: 'purges/' };
  report(queue, policy, asked);
  const worker = purgeFunction(scope, parts, queue);
  worker.addEventSourceMapping('PurgeMessages', {
    eventSourceArn: queue.queueArn,
    ...batches,
    reportBatchItemFailures: true,
  });
  return { queue, dead, worker };
}
