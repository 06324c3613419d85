import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { region } from './settings.ts';

const period = Duration.minutes(5);

/** A metric of the distribution. It has them all under the Region `Global`, which the library leaves out. */
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
 * How many requests ended so, by the functions' own lines. They are in the Region where a replica has
 * run: those of origin-response in that of Origin Shield, those of viewer-request all over the world.
 */
export const outcomeMetric = (
  edge: 'viewer-request' | 'origin-response',
  outcome: string,
  madeIn: string = region,
): Metric =>
  new Metric({
    namespace: 'Signet',
    metricName: 'requests',
    dimensionsMap: { function: edge, outcome },
    region: madeIn,
    statistic: 'Sum',
    label: outcome,
    period,
  });
