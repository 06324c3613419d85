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

  it('are held in at most 2,500 numbers', () => {
    const latency = createLatency();
    for (let at = 0; at < 70_000; at += 1) addLatency(latency, at);
    expect(latency.counts.size).toBe(2_401);
    expect(percentile(latency, 1)).toBe(60_000);
    expect(latency.longest).toBe(69_999);
  });
});
