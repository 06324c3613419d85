import { expect, it } from 'vitest';
import { publishedBucket } from '../../../bench/edge/policy-container.ts';
import { countRoundTrips, countTraceReads } from '../../../bench/edge/policy-reads.ts';

it('a view waits for two round trips at most, and for none in a container that is in use', async () => {
  expect(await countRoundTrips(await publishedBucket(3))).toEqual({
    cold: 2,
    evicted: 1,
    held: 0,
    rested: 0,
    inUse: 0,
    idle: 1,
  });
});

it('two thousand tenants cost a container less than one read in twenty requests', async () => {
  const trace = { tenants: 2_000, requests: 2_000, requestsPerSecond: 10 };
  const { readsPerRequest, waited } = await countTraceReads(
    await publishedBucket(trace.tenants),
    trace,
  );
  expect(readsPerRequest).toBeGreaterThan(0);
  expect(readsPerRequest).toBeLessThanOrEqual(0.05);
  expect(waited).toBe(0);
});
