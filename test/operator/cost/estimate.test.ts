import { describe, expect, it } from 'vitest';
import { type LogLine, printLine } from '../../../edge/log-line.ts';
import { costEstimate, usualAssumptions } from '../../../operator/cost/estimate.ts';

const nobody = { ...usualAssumptions, viewsPerMonth: 0 };

/** What CloudWatch adds to each line: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const eventOverhead = 26;

describe('the estimate of costs', () => {
  it('takes a line for as long as the lines of views are', () => {
    const line: LogLine = {
      function: 'viewer-request',
      requestId: 'x'.repeat(56),
      outcome: 'allowed',
      level: 'info',
      tenant: 'acme',
      path: 'products/2026/shirt-blue-front.jpg',
      kid: 'r1.1',
      sigHash: '0123abcd',
      recipe: 'resize,w_800,h_600,m_fill__op__format,f_auto',
    };
    const bytes =
      Buffer.byteLength(printLine(line, 0, { metrics: 'Signet', weight: 10 })) + eventOverhead;
    expect(usualAssumptions.logLineBytes).toBeGreaterThan(bytes);
    expect(usualAssumptions.logLineBytes).toBeLessThan(bytes * 1.5);
  });

  it('is the sum of its parts', () => {
    const million = { ...usualAssumptions, sources: 1_000_000, viewsPerMonth: 1_000_000 };
    const { usdPerMonth, ...counts } = costEstimate(3n, million);
    expect(counts).toEqual({
      derivatives: 3_000_000n,
      bytes: 180_000_000_000n,
      keptDerivatives: 3_000_000n,
      keptBytes: 180_000_000_000n,
    });
    // 180 GB; a million renders a month: calls, 2 GB-s, a PUT and a GET each; a million views.
    expect(usdPerMonth.storage).toBeCloseTo(180 * 0.023, 6);
    expect(usdPerMonth.renders).toBeCloseTo(0.6 + 2_000_000 * 0.00005001 + 5 + 0.4, 6);
    expect(usdPerMonth.requests).toBeCloseTo(1, 6);
    expect(usdPerMonth.delivery).toBeCloseTo(60 * 0.085, 6);
    expect(usdPerMonth.invocations).toBeCloseTo(0.6 + 640 * 0.00005001, 6);
    // A line for each tenth view and for each render.
    expect(usdPerMonth.logs).toBeCloseTo(1.1 * 0.7 * 0.5, 6);
    const { total, ...parts } = usdPerMonth;
    expect(total).toBeCloseTo(
      Object.values(parts).reduce((sum, one) => sum + one),
      6,
    );
  });

  it.each([
    ['few derivatives', 5n, 5_000n],
    ['many derivatives', 10n ** 30n, 300_000n],
  ])('stores no more than the views of three months can make: %s', (_, count, kept) => {
    expect(costEstimate(count, usualAssumptions).keptDerivatives).toBe(kept);
  });

  it('is 0 without views', () => {
    const { keptDerivatives, usdPerMonth } = costEstimate(72n, nobody);
    expect(keptDerivatives).toBe(0n);
    expect(new Set(Object.values(usdPerMonth))).toEqual(new Set([0]));
  });
});
