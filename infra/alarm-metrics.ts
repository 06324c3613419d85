import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { type AlarmId, alarmTexts, ratePeriodMinutes } from '../shared/deployment/alarms.ts';
import { distributionMetric, outcomeMetric, rotationMetric } from './metrics.ts';
import { region, type StackSettings } from './settings.ts';

export type AlarmParts = {
  readonly settings: StackSettings;
  readonly distribution: Distribution;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly purge: LambdaFunction;
  readonly secretKeeper: LambdaFunction;
};

/** The metric of each alarm that a deployment has. */
export type AlarmMetrics = Partial<Readonly<Record<AlarmId, IMetric>>>;

const period = Duration.minutes(ratePeriodMinutes);

/**
 * A percentage of requests or runs, and 0 if there are fewer than `least`. Without the part there is no value, which
 * does not fire.
 */
const rateOf = (part: IMetric, total: IMetric, least: number): MathExpression =>
  new MathExpression({
    expression: `IF(total >= ${least}, 100 * part / total, 0)`,
    usingMetrics: { part, total },
    label: 'percent',
    period,
  });

/** What viewers see, in all Regions. CloudFront measures the rates of statuses itself. */
function deliveryMetrics({ distribution }: AlarmParts): AlarmMetrics {
  const total = distributionMetric(distribution, 'Requests', 'Sum');
  const status = (id: 'ServerErrors' | 'Unavailable', name: string) =>
    new MathExpression({
      expression: `IF(total >= ${alarmTexts[id].condition.ofRequests}, percent, 0)`,
      usingMetrics: { total, percent: distributionMetric(distribution, name, 'Average') },
      label: 'percent',
      period,
    });
  const count = (id: 'FunctionErrors' | 'InvalidAnswers' | 'Throttled', name: string) =>
    rateOf(
      distributionMetric(distribution, name, 'Sum'),
      total,
      alarmTexts[id].condition.ofRequests,
    );
  return {
    ServerErrors: status('ServerErrors', '5xxErrorRate'),
    Unavailable: status('Unavailable', '503ErrorRate'),
    FunctionErrors: count('FunctionErrors', 'LambdaExecutionError'),
    InvalidAnswers: count('InvalidAnswers', 'LambdaValidationError'),
    Throttled: count('Throttled', 'LambdaLimitExceededErrors'),
  };
}

/**
 * Renders, as percentages of all requests of viewers. An alarm cannot read metrics of another Region, so there are none
 * if images are made elsewhere.
 */
function renderMetrics({ distribution, settings }: AlarmParts): AlarmMetrics {
  if (settings.originShieldRegion !== region) return {};
  const total = distributionMetric(distribution, 'Requests', 'Sum');
  const rate = (
    id: 'RenderUnavailable' | 'RenderInternal' | 'RenderUndecodable',
    outcome: string,
  ) =>
    rateOf(
      outcomeMetric(settings, 'origin-response', outcome),
      total,
      alarmTexts[id].condition.ofRequests,
    );
  return {
    RenderUnavailable: rate('RenderUnavailable', 'unavailable'),
    RenderInternal: rate('RenderInternal', 'internal'),
    RenderUndecodable: rate('RenderUndecodable', 'source_undecodable'),
  };
}

/** The days until a certificate expires, which ACM publishes twice a day. */
const daysToExpiry = (certificateArn: string): Metric =>
  new Metric({
    namespace: 'AWS/CertificateManager',
    metricName: 'DaysToExpiry',
    dimensionsMap: { CertificateArn: certificateArn },
    statistic: 'Minimum',
    period: Duration.days(1),
  });

function maintenanceMetrics(parts: AlarmParts): AlarmMetrics {
  const { deadLetters, purge, queue, secretKeeper, settings } = parts;
  const { certificateArn } = settings;
  const runs = { period } as const;
  return {
    PurgeBacklog: queue.metricApproximateAgeOfOldestMessage(),
    PurgeDeadLetters: deadLetters.metricApproximateNumberOfMessagesVisible(),
    PurgeErrors: rateOf(
      purge.metricErrors(runs),
      purge.metricInvocations(runs),
      alarmTexts.PurgeErrors.condition.ofRuns,
    ),
    SecretErrors: secretKeeper.metricErrors(),
    RotationOverdue: rotationMetric(settings),
    ...(certificateArn === undefined ? {} : { CertificateExpires: daysToExpiry(certificateArn) }),
  };
}

/** The metrics of all alarms that these settings have. */
export const alarmMetrics = (parts: AlarmParts): AlarmMetrics => ({
  ...deliveryMetrics(parts),
  ...renderMetrics(parts),
  ...maintenanceMetrics(parts),
});
