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

export type AlarmParts = {
  readonly settings: StackSettings;
  readonly distribution: Distribution;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly purge: LambdaFunction;
  readonly secretKeeper: LambdaFunction;
};

/** An alarm: its metric, its threshold, and what an operator should do. */
type AlarmSpec = {
  readonly id: string;
  readonly metric: IMetric;
  readonly above: number;
  readonly todo: string;
};

/** Alarms on what viewers see, in all Regions. */
function deliveryAlarms({ distribution, settings }: AlarmParts): readonly AlarmSpec[] {
  const metric = (name: string, statistic: 'Sum' | 'Average' = 'Sum') =>
    distributionMetric(distribution, name, statistic);
  const broken = 'read the log group of the function in the Region of the viewers';
  const doctor = `run: npx signet doctor --target aws:${settings.name}`;
  return [
    { id: 'ServerErrors', metric: metric('5xxErrorRate', 'Average'), above: 1, todo: doctor },
    { id: 'Unavailable', metric: metric('503ErrorRate', 'Average'), above: 0.5, todo: doctor },
    { id: 'FunctionErrors', metric: metric('LambdaExecutionError'), above: 0, todo: broken },
    { id: 'InvalidAnswers', metric: metric('LambdaValidationError'), above: 0, todo: broken },
    {
      id: 'Throttled',
      metric: metric('LambdaLimitExceededErrors'),
      above: 0,
      todo: 'request a higher quota of concurrent executions in the Region of the viewers',
    },
  ];
}

/** Alarms on renders. An alarm cannot read metrics of another Region, so elsewhere there are none. */
function renderAlarms({ settings }: AlarmParts): readonly AlarmSpec[] {
  if (settings.originShieldRegion !== region) return [];
  return [
    {
      // S3 answers 403, does not answer, or holds a policy that cannot be verified.
      id: 'RenderUnavailable',
      metric: outcomeMetric(settings, 'origin-response', 'unavailable'),
      above: 0,
      todo: `run: npx signet doctor --target aws:${settings.name}; the log lines give the reason`,
    },
    {
      id: 'RenderInternal',
      metric: outcomeMetric(settings, 'origin-response', 'internal'),
      above: 0,
      todo: 'search the log lines for "outcome":"internal" and report the bug',
    },
    {
      id: 'RenderUndecodable',
      metric: outcomeMetric(settings, 'origin-response', 'source_undecodable'),
      above: 100,
      todo: 'someone uploads sources that cannot be decoded; signet stats shows which tenant',
    },
  ];
}

function maintenanceAlarms({
  deadLetters,
  purge,
  queue,
  secretKeeper,
}: AlarmParts): readonly AlarmSpec[] {
  return [
    {
      // In seconds. The second purge of a source waits 60 of them.
      id: 'PurgeBacklog',
      metric: queue.metricApproximateAgeOfOldestMessage(),
      above: 900,
      todo: 'viewers see outdated images; read the log of the purge function',
    },
    {
      id: 'PurgeDeadLetters',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible(),
      above: 0,
      todo: 'read the log of the purge function, then redrive the dead-letter queue',
    },
    {
      id: 'PurgeErrors',
      metric: purge.metricErrors(),
      above: 0,
      todo: 'read the log group of the purge function',
    },
    {
      id: 'SecretErrors',
      metric: secretKeeper.metricErrors(),
      above: 0,
      todo: 'the root keys were not rotated; read the log group of the function, then rotate by hand',
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

/** Makes the alarms, which notify one topic. Returns the ARN of the topic. */
export function makeAlarms(scope: Construct, parts: AlarmParts): string {
  const topic = makeTopic(scope, parts.settings);
  const alarms = [...deliveryAlarms(parts), ...renderAlarms(parts), ...maintenanceAlarms(parts)];
  for (const { id, metric, above, todo } of alarms)
    new Alarm(scope, id, {
      alarmName: `${parts.settings.name}-${id}`,
      alarmDescription: `What to do: ${todo}`,
      metric,
      threshold: above,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  return topic.topicArn;
}
