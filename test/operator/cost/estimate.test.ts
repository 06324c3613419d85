import { describe, expect, it } from 'vitest';
import { costEstimate, usualAssumptions } from '../../../operator/cost/estimate.ts';

const nobody = { ...usualAssumptions, viewsPerMonth: 0 };

describe('the estimate of costs', () => {
  it('is the sum of storage, renders and views', () => {
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
    expect(usdPerMonth.views).toBeCloseTo(60 * 0.085 + 1 + 0.6 + 640 * 0.00005001, 6);
    const { storage, renders, views, total } = usdPerMonth;
    expect(total).toBeCloseTo(storage + renders + views, 6);
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
    expect(usdPerMonth).toEqual({ storage: 0, renders: 0, views: 0, total: 0 });
  });
});
