import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { metricsNamespace } from '../shared/deployment/edge-logs.ts';
import { rotationAgeMetric } from '../shared/deployment/rotation-age.ts';
import { region, type StackSettings } from './settings.ts';

const period = Duration.minutes(5);

/** A metric of the distribution. CloudFront needs the dimension Region `Global`, which the CDK omits. */
export const distributionMetric = (
  { distributionId }: Distribution,
  metricName: string,
  statistic: 'Sum' | 'Average',
): Metric =>
  new Metric({
    namespace: 'AWS/CloudFront',
    metricName,
    dimensionsMap: { DistributionId: distributionId, Region: 'Global' },
    region,
    statistic,
    label: metricName,
    period,
  });

/**
 * The number of requests with an outcome, from the log lines of a function. The metric is in the
 * Region where the replica ran: origin-response in the Origin Shield Region, viewer-request anywhere.
 */
export const outcomeMetric = (
  { secretsPrefix }: Pick<StackSettings, 'secretsPrefix'>,
  edge: 'viewer-request' | 'origin-response',
  outcome: string,
  inRegion: string = region,
): Metric =>
  new Metric({
    namespace: metricsNamespace(secretsPrefix),
    metricName: 'requests',
    dimensionsMap: { function: edge, outcome },
    region: inRegion,
    statistic: 'Sum',
    label: outcome,
    period,
  });

/** The days since the root keys were rotated, from the log lines of the function of the secrets. */
export const rotationMetric = ({ secretsPrefix }: Pick<StackSettings, 'secretsPrefix'>): Metric =>
  new Metric({
    namespace: metricsNamespace(secretsPrefix),
    metricName: rotationAgeMetric.metricName,
    dimensionsMap: { ...rotationAgeMetric.dimensions },
    statistic: 'Maximum',
    label: 'days since the last rotation',
    period: Duration.days(1),
  });
