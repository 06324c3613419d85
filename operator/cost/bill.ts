import * as v from 'valibot';
import { compilePolicy } from '../../shared/policy/policy.ts';
import { policySchema } from '../../shared/policy/schema.ts';
import { type CostEstimate, costEstimate, usualAssumptions } from './estimate.ts';
import { policyCost } from './policy-cost.ts';
import { prices } from './prices.ts';

/** What a deployment with the default settings has of things that cost the same each month. */
export const billedResources = {
  secrets: 3,
  /** An alarm on an expression counts once for each metric in it. */
  alarmMetrics: 22,
  dashboards: 1,
  /** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/viewing-cloudfront-metrics.html */
  distributionMetrics: 8,
  /** The age of the last rotation, which an alarm looks at. */
  rotationMetrics: 1,
} as const;

/** Three widths, in the types that browsers accept, and nothing else: what a page with a srcset needs. */
export const billedPolicy = {
  tenant: 'acme',
  operations: { resize: { w: [320, 640, 1280] }, format: { f: ['auto'] } },
  require: ['resize'],
} as const;

export type Traffic = {
  readonly sources: number;
  readonly viewsPerMonth: number;
  /** In how many Regions viewer-request runs. */
  readonly regions: number;
};

/** Installations of three sizes. */
export const trafficSizes = {
  small: { sources: 1_000, viewsPerMonth: 100_000, regions: 2 },
  medium: { sources: 50_000, viewsPerMonth: 10_000_000, regions: 5 },
  large: { sources: 1_000_000, viewsPerMonth: 300_000_000, regions: 14 },
} as const satisfies Readonly<Record<string, Traffic>>;

/** Of the outcomes of a function, such as `allowed` or `forbidden`, this many occur in a month. */
export const usualOutcomes = 4;

export type Bill = {
  readonly traffic: Traffic;
  readonly estimate: CostEstimate;
  readonly usdPerMonth: CostEstimate['usdPerMonth'] & {
    readonly secrets: number;
    readonly monitoring: number;
  };
};

/**
 * Each outcome of a function is one metric in each Region. origin-response runs in one Region and has a second metric
 * for the time. https://aws.amazon.com/cloudwatch/pricing/
 */
function monitoringUsd(regions: number): number {
  const { alarmMetrics, dashboards, distributionMetrics, rotationMetrics } = billedResources;
  const metrics = distributionMetrics + rotationMetrics + usualOutcomes * (regions + 2);
  return (
    alarmMetrics * prices.cloudWatchUsdPerAlarmMetricMonth +
    dashboards * prices.cloudWatchUsdPerDashboardMonth +
    metrics * prices.cloudWatchUsdPerMetricMonth
  );
}

/** The bill of a month in US dollars, at most, for the policy above and the default settings. */
export function monthlyBill(traffic: Traffic): Bill {
  const { derivativesPerSource } = policyCost(compilePolicy(v.parse(policySchema, billedPolicy)));
  const { sources, viewsPerMonth, regions } = traffic;
  const assumed = { ...usualAssumptions, sources, viewsPerMonth };
  const estimate = costEstimate(derivativesPerSource, assumed);
  const secrets = billedResources.secrets * prices.secretUsdPerMonth;
  const monitoring = monitoringUsd(regions);
  const total = estimate.usdPerMonth.total + secrets + monitoring;
  return {
    traffic,
    estimate,
    usdPerMonth: { ...estimate.usdPerMonth, secrets, monitoring, total },
  };
}
