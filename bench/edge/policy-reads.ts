import { policyCapacity } from '../../shared/versions/cache.ts';
import {
  type PolicyContainer,
  type PublishedBucket,
  startPolicyContainer,
} from './policy-container.ts';
import { tenantName } from './starter-tenants.ts';
import { zipfTenants } from './zipf.ts';

/* Counts what policies cost a container of viewer-request: round trips per view, and reads per request. */

async function startedContainer(
  bucket: PublishedBucket,
  capacity = policyCapacity,
): Promise<PolicyContainer> {
  const container = startPolicyContainer(bucket, capacity);
  await container.start();
  return container;
}

export type RoundTrips = {
  /** The first view of a container after its start. */
  readonly cold: number;
  /** A tenant that was used before and dropped for others. */
  readonly evicted: number;
  /** A tenant whose policy is in memory, used a moment ago. */
  readonly held: number;
  /** The same, used ten minutes ago in a container that other tenants have used since. */
  readonly rested: number;
  /** The slowest view of half an hour, one each second, of tenants that are in memory. */
  readonly inUse: number;
  /** The first view after ten minutes in which the container did nothing. */
  readonly idle: number;
};

/** Keeps a container busy with one view a second. Returns the slowest of them. */
async function useFor(container: PolicyContainer, seconds: number, tenants: readonly string[]) {
  let slowest = 0;
  for (let at = 0; at < seconds; at += 1) {
    await container.pass(1);
    slowest = Math.max(slowest, await container.view(tenants[at % tenants.length] ?? ''));
  }
  return slowest;
}

/** Counts the round trips that views wait for, one after another. Needs three tenants. */
export async function countRoundTrips(bucket: PublishedBucket): Promise<RoundTrips> {
  const [first, second] = [tenantName(1), tenantName(2)];
  const container = await startedContainer(bucket);
  const cold = await container.view(first);
  await container.view(second);
  const held = await container.view(first);
  const inUse = await useFor(container, 1_800, [first, second]);
  await useFor(container, 600, [second]);
  const rested = await container.view(first);
  await container.pass(600);
  const idle = await container.view(first);
  const small = await startedContainer(bucket, { ...policyCapacity, cells: 1, textBytes: 600 });
  await small.view(first);
  await small.view(second);
  return { cold, evicted: await small.view(first), held, rested, inUse, idle };
}

export type Trace = {
  readonly tenants: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
};

export type TraceCounts = {
  readonly readsPerRequest: number;
  /** The share of requests that waited for a read. */
  readonly waited: number;
};

/** So many tenants are asked for at once before a trace begins. */
const batch = 100;

/** Asks for every tenant once, a hundred at a time, then counts the reads of a trace. */
export async function countTraceReads(
  bucket: PublishedBucket,
  { tenants, requests, requestsPerSecond }: Trace,
): Promise<TraceCounts> {
  const container = await startedContainer(bucket);
  for (let at = 0; at < tenants; at += batch)
    await container.viewAll(Array.from({ length: batch }, (_, one) => tenantName(at + one)));
  const before = container.reads();
  const next = zipfTenants(tenants);
  let waited = 0;
  for (let at = 0; at < requests; at += 1) {
    await container.pass(1 / requestsPerSecond);
    if ((await container.view(tenantName(next()))) > 0) waited += 1;
  }
  return { readsPerRequest: (container.reads() - before) / requests, waited: waited / requests };
}
