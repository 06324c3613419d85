import { describe, expect, it } from 'vitest';
import { addLatency, createLatency, percentile } from '../../../operator/stats/latency.ts';

describe('durations', () => {
  it('have percentiles to three digits, an exact maximum and an exact sum', () => {
    const latency = createLatency();
    for (let at = 1; at <= 100; at += 1) addLatency(latency, at * 123.4);
    expect(percentile(latency, 0.5)).toBe(6_170);
    expect(percentile(latency, 0.95)).toBe(11_700);
    expect([latency.longest, Math.round(latency.total)]).toEqual([12_340, 623_170]);
  });

  it.each([0.4, 12.4, 12.6, 1_005, 1_006, 12_345, 12_360, 99_999])(
    'have no percentile above the longest: %d ms',
    (longest) => {
      const latency = createLatency();
      addLatency(latency, longest);
      expect(percentile(latency, 0.95)).toBeLessThanOrEqual(latency.longest);
    },
  );

  it('are held in at most 2,500 numbers', () => {
    const latency = createLatency();
    for (let at = 0; at < 70_000; at += 1) addLatency(latency, at);
    expect(latency.counts.size).toBe(2_401);
    expect(percentile(latency, 1)).toBe(60_000);
    expect(latency.longest).toBe(69_999);
  });
});
