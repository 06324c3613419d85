import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { distributionMetric, outcomeMetric } from './metrics.ts';
import { region, type StackSettings } from './settings.ts';

export type Watched = {
  readonly settings: StackSettings;
  readonly distribution: Distribution;
  readonly queue: Queue;
  readonly dead: Queue;
  readonly purge: LambdaFunction;
  readonly secretKeeper: LambdaFunction;
};

/** What is looked at, above how much of it somebody is called, and what to do then. */
type Watch = {
  readonly id: string;
  readonly metric: IMetric;
  readonly above: number;
  readonly todo: string;
};

/** What viewers meet, wherever they are. */
function deliveryWatches({ distribution, settings }: Watched): readonly Watch[] {
  const at = (name: string, statistic: 'Sum' | 'Average' = 'Sum') =>
    distributionMetric(distribution, name, statistic);
  const broken = 'read the log group of the function, in the Region of the viewers';
  const doctor = `run: npx signet doctor --target aws:${settings.name}`;
  return [
    { id: 'ServerErrors', metric: at('5xxErrorRate', 'Average'), above: 1, todo: doctor },
    { id: 'Unavailable', metric: at('503ErrorRate', 'Average'), above: 0.5, todo: doctor },
    { id: 'FunctionErrors', metric: at('LambdaExecutionError'), above: 0, todo: broken },
    { id: 'InvalidAnswers', metric: at('LambdaValidationError'), above: 0, todo: broken },
    {
      id: 'Throttled',
      metric: at('LambdaLimitExceededErrors'),
      above: 0,
      todo: 'ask for more concurrent executions in the Region of the viewers',
    },
  ];
}

/** An alarm cannot look into another Region: these are for where the stack is. */
function renderWatches({ settings }: Watched): readonly Watch[] {
  if (settings.originShieldRegion !== region) return [];
  return [
    {
      // S3 says 403 to us, does not answer, or holds a policy that cannot be believed.
      id: 'RenderUnavailable',
      metric: outcomeMetric('origin-response', 'unavailable'),
      above: 0,
      todo: `run: npx signet doctor --target aws:${settings.name}; the true reason stands in the log lines`,
    },
    {
      id: 'RenderInternal',
      metric: outcomeMetric('origin-response', 'internal'),
      above: 0,
      todo: 'look for "outcome":"internal" in the log lines and report it',
    },
    {
      id: 'RenderUndecodable',
      metric: outcomeMetric('origin-response', 'source_undecodable'),
      above: 100,
      todo: 'sources that nobody can read are being uploaded: signet stats says whose',
    },
  ];
}

function upkeepWatches({ dead, purge, queue, secretKeeper }: Watched): readonly Watch[] {
  return [
    {
      // In seconds; the second purge of a source waits for one minute of them.
      id: 'PurgeBacklog',
      metric: queue.metricApproximateAgeOfOldestMessage(),
      above: 900,
      todo: 'viewers see images of sources that have changed: read the log of the purge function',
    },
    {
      id: 'PurgeDeadLetters',
      metric: dead.metricApproximateNumberOfMessagesVisible(),
      above: 0,
      todo: 'read the log of the purge function, then redrive the dead-letter queue',
    },
    { id: 'PurgeErrors', metric: purge.metricErrors(), above: 0, todo: 'read its log group' },
    {
      id: 'SecretErrors',
      metric: secretKeeper.metricErrors(),
      above: 0,
      todo: 'the root keys were not rotated; read its log group, then rotate by hand',
    },
  ];
}

function makeTopic(scope: Construct, { alarmEmail, account }: StackSettings): Topic {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}

/** An alarm for each thing that an operator has to know of, to one topic; the answer is its ARN. */
export function makeAlarms(scope: Construct, watched: Watched): string {
  const topic = makeTopic(scope, watched.settings);
  const watches = [
    ...deliveryWatches(watched),
    ...renderWatches(watched),
    ...upkeepWatches(watched),
  ];
  for (const { id, metric, above, todo } of watches)
    new Alarm(scope, id, {
      alarmName: `${watched.settings.name}-${id}`,
      alarmDescription: `What to do: ${todo}`,
      metric,
      threshold: above,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  return topic.topicArn;
}
