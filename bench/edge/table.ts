import type { Row, Table } from '../table.ts';
import { measureDecisions } from './decision-time.ts';
import { measureInit } from './init.ts';
import { publishedBucket } from './policy-container.ts';
import { countRoundTrips, countTraceReads } from './policy-reads.ts';
import { measureViewerMemory } from './viewer-memory.ts';

const trace = { tenants: 10_000, requests: 9_000, requestsPerSecond: 10 };

async function readRows(): Promise<readonly Row[]> {
  const { cold, evicted, held, rested, inUse, idle } = await countRoundTrips(
    await publishedBucket(3),
  );
  const { readsPerRequest, waited } = await countTraceReads(
    await publishedBucket(trace.tenants),
    trace,
  );
  const trips = { unit: 'round trips' } as const;
  return [
    { what: 'the first view of a container after its start', figure: cold, ...trips, goal: 2 },
    { what: 'a tenant that was dropped for others', figure: evicted, ...trips, goal: 2 },
    { what: 'a tenant that is held', figure: held, ...trips, goal: 0 },
    { what: 'the same after ten minutes of other tenants', figure: rested, ...trips, goal: 0 },
    { what: 'the slowest view of half an hour of use', figure: inUse, ...trips, goal: 0 },
    { what: 'the first view after ten idle minutes', figure: idle, ...trips },
    {
      what: '10,000 tenants by Zipf, 10 requests a second',
      figure: readsPerRequest,
      unit: 'reads per request',
      goal: 0.05,
    },
    { what: 'requests of that trace that waited', figure: waited, unit: 'of all', goal: 0 },
  ];
}

async function initRows(): Promise<readonly Row[]> {
  const { ratio, bundleBytes } = await measureInit(15);
  return [
    { what: 'the bundle of viewer-request', figure: bundleBytes, unit: 'bytes', goal: 150_000 },
    {
      what: 'CPU time of its start beside an empty Node',
      figure: ratio,
      unit: 'times',
      goal: 1.3,
      reason:
        'loading node:https and one hash alone takes 1.1 to 1.2 times an empty Node 20, and 1.8 times an empty Node 24, which starts from a snapshot; the rest is loading 138 kB of code and signing the two reads that begin at start',
    },
  ];
}

async function memoryRows(): Promise<readonly Row[]> {
  const { bytes, mostBytes } = await measureViewerMemory(5_000, 20_000);
  const megabytes = (of: number) => ({ figure: of / 1_000_000, unit: 'MB' });
  return [
    {
      what: 'memory after 20,000 decisions over 5,000 tenants',
      ...megabytes(bytes),
      goal: 100,
      reason:
        'Node 24 takes 62 MB before the first request, 11 MB more than Node 20, and keeps more pages that it has freed',
    },
    { what: 'the most memory until then', ...megabytes(mostBytes) },
  ];
}

async function decisionRows(): Promise<readonly Row[]> {
  const few = await measureDecisions(10, 20_000);
  const many = await measureDecisions(100_000, 20_000);
  const beside = (time: number | undefined) => ({
    figure: (time ?? Number.NaN) / few.compiled,
    unit: 'times',
  });
  return [
    {
      what: 'median decision over 100,000 tenants beside 10, policy compiled',
      ...beside(many.compiled),
      goal: 1.5,
      reason:
        "of 100,000 tenants two requests in three read or compile a policy, and the next decision finds the processor's caches cold: with walks over 4 MB and 32 MB of memory between them, decisions of ten tenants take 1.3 and 5 times as long. It was 1.5 when a decision took twice as long",
    },
    { what: 'the same, policy compiled from its text', ...beside(many.unpacked) },
    { what: 'share of decisions that compiled it', figure: many.unpackedShare, unit: 'of all' },
    { what: 'the same, policy read', ...beside(many.read) },
    { what: 'share of decisions that read it', figure: many.readShare, unit: 'of all' },
  ];
}

/** What a view costs a container of viewer-request. */
export const edgeTable: Table = {
  name: 'edge',
  title: 'viewer-request: reads, start, memory and decisions',
  measure: async () => [
    ...(await readRows()),
    ...(await initRows()),
    ...(await memoryRows()),
    ...(await decisionRows()),
  ],
};
