import { describe, expect, it } from 'vitest';
import { billedResources, monthlyBill, trafficSizes } from '../../../operator/cost/bill.ts';
import { rotationAgeMetric } from '../../../shared/deployment/rotation-age.ts';
import { at, ofType, templateFor } from '../../infra/synth.ts';

/* The bill in docs/deploying.md, against the template and by hand. */

const template = templateFor();

/** How many metrics the alarms look at. An expression is none of its own. */
const alarmMetrics = ofType(template, 'AWS::CloudWatch::Alarm')
  .map(([, { Properties }]) => Properties['Metrics'] as readonly object[] | undefined)
  .map((metrics) => metrics?.filter((one) => at(one, 'MetricStat') !== undefined).length ?? 1)
  .reduce((sum, one) => sum + one, 0);

describe('a monthly bill', () => {
  it('counts what the template has', () => {
    const count = (type: string): number => ofType(template, type).length;
    expect(billedResources).toEqual({
      secrets: count('AWS::SecretsManager::Secret'),
      alarmMetrics,
      dashboards: count('AWS::CloudWatch::Dashboard'),
      distributionMetrics: 8 * count('AWS::CloudFront::MonitoringSubscription'),
      rotationMetrics: Object.keys(rotationAgeMetric.dimensions).length,
    });
  });

  it('allows three widths in AVIF, WebP and the type of the source', () => {
    const { estimate } = monthlyBill({ sources: 1, viewsPerMonth: 1_000, regions: 1 });
    expect(estimate.derivatives).toBe(9n);
  });

  it('of no views is that of what is always there', () => {
    const { usdPerMonth } = monthlyBill({ sources: 0, viewsPerMonth: 0, regions: 1 });
    const { secrets, monitoring, total, ...used } = usdPerMonth;
    expect(secrets).toBeCloseTo(3 * 0.4);
    // A dashboard, the alarms, 8 metrics of CloudFront, one of the rotation, 4 outcomes of viewer-request, and 8 metrics of origin-response.
    expect(monitoring).toBeCloseTo(3 + 0.1 * alarmMetrics + 0.3 * (8 + 1 + 4 + 8));
    expect(total).toBeCloseTo(secrets + monitoring);
    expect(Object.values(used).every((amount) => amount === 0)).toBe(true);
  });

  it.each(Object.entries(trafficSizes))(
    'of the %s installation is the sum of its lines',
    (_size, traffic) => {
      const { total, ...parts } = monthlyBill(traffic).usdPerMonth;
      expect(Object.values(parts).reduce((sum, one) => sum + one)).toBeCloseTo(total);
      expect(parts.delivery).toBeCloseTo((traffic.viewsPerMonth * 60_000 * 0.085) / 1e9);
    },
  );
});
