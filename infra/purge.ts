import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { type CfnQueuePolicy, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { permissions } from '../shared/deployment/permissions.ts';
import { purgeRequests } from '../shared/versions/source-move.ts';
import type { Buckets } from './buckets.ts';
import type { Names } from './names.ts';
import { bucketArn } from './permissions.ts';
import { makeRegionalFunction } from './regional-function.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';
import { receiveSourceEvents } from './source-events.ts';

export type PurgeParts = {
  readonly settings: StackSettings;
  readonly names: Names;
  readonly secrets: Secrets;
  readonly buckets: Buckets;
  readonly distribution: Distribution;
  readonly zip: string;
};

/**
 * Retries last for more than two hours, longer than most outages of AWS. Then the message moves to the
 * dead-letter queue, which keeps it for two weeks and raises an alarm.
 */
const tries = 20;
const visibility = Duration.minutes(7);

/**
 * CloudFront limits the invalidations in progress, but each may name many tags. So few functions run,
 * and messages wait five seconds to form a batch. Ten messages take less than the function's minute.
 */
const batches = { batchSize: 10, maxBatchingWindow: Duration.seconds(5) } as const;

/**
 * The fewest that Lambda allows for a queue. An account may have a quota of ten executions, which purges share with
 * the views and renders of this Region.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-eventsourcemapping-scalingconfig.html
 */
const fewestExecutions = 2;

function makeQueues(scope: Construct): { readonly queue: Queue; readonly deadLetters: Queue } {
  const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
  const deadLetters = new Queue(scope, 'PurgeDead', {
    ...common,
    retentionPeriod: Duration.days(14),
  });
  const queue = new Queue(scope, 'PurgeQueue', {
    ...common,
    // AWS recommends six times the function timeout plus the batching window.
    visibilityTimeout: visibility,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: tries },
  });
  return { queue, deadLetters };
}

/** The events of a bucket that go to the queue. */
type Reported = {
  readonly bucket: IBucket;
  readonly events: readonly string[];
  readonly prefix?: string;
};

function queueConfigurations({ events, prefix }: Reported, queue: Queue) {
  const filter = { s3Key: { rules: [{ name: 'prefix', value: prefix ?? '' }] } };
  return events.map((event) => ({
    event,
    queue: queue.queueArn,
    ...(prefix === undefined ? {} : { filter }),
  }));
}

function allowS3(queue: Queue, account: string, buckets: readonly string[]): CfnQueuePolicy {
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
 * Sends events of a bucket to the queue. It sets the bucket property directly, because the CDK would add
 * a function with rights to every bucket. S3 tests the queue at once, so the queue policy comes first.
 */
function sendEvents(queue: Queue, policy: CfnQueuePolicy, reported: Reported): void {
  const raw = reported.bucket.node.defaultChild as CfnBucket;
  raw.notificationConfiguration = { queueConfigurations: queueConfigurations(reported, queue) };
  raw.addResourceDependency(policy);
}

function makePurgeFunction(scope: Construct, parts: PurgeParts, queue: Queue): LambdaFunction {
  const { buckets, distribution, names, secrets, settings, zip } = parts;
  return makeRegionalFunction(scope, 'Purge', {
    zip,
    // Long enough for a source with thousands of derivatives.
    timeoutSeconds: 60,
    reservedConcurrency: settings.reservedConcurrency,
    description: 'Deletes the derivatives of changed sources and invalidates the caches',
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

/** Makes the queue of S3 events and the function that purges changed sources. */
export function makePurge(scope: Construct, parts: PurgeParts) {
  const { buckets, names, settings } = parts;
  const { queue, deadLetters } = makeQueues(scope);
  const policy = allowS3(queue, settings.account, [names.buckets.sources, names.buckets.config]);
  const changes = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'];
  sendEvents(queue, policy, { bucket: buckets.sources, events: changes });
  // Purge requests of `signet purge`.
  sendEvents(queue, policy, {
    bucket: buckets.config,
    events: ['s3:ObjectCreated:*'],
    prefix: purgeRequests,
  });
  receiveSourceEvents(scope, { settings, names, queue });
  const worker = makePurgeFunction(scope, parts, queue);
  worker.addEventSourceMapping('PurgeMessages', {
    eventSourceArn: queue.queueArn,
    ...batches,
    maxConcurrency: settings.reservedConcurrency ?? fewestExecutions,
    reportBatchItemFailures: true,
  });
  return { queue, deadLetters, worker };
}
