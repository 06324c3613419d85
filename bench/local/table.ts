import type { Row, Table } from '../table.ts';
import { referenceKeys, signetKeys } from './cache-keys.ts';
import { measureHits } from './hit-cost.ts';
import { measureHitRate } from './hit-rate.ts';
import { makeTrace } from './trace.ts';

async function hitRows(): Promise<readonly Row[]> {
  const unit = 'ms of CPU';
  // Other systems do not tell the time of processes that still run.
  const isMeasured = process.platform === 'linux';
  const unknown = { stack: Number.NaN, functions: Number.NaN };
  const { stack, functions } = isMeasured ? await measureHits(3_000) : unknown;
  return [
    { what: 'a cache hit of the local CDN', figure: stack + functions, unit, goal: 1.2 },
    { what: 'its part in the functions', figure: functions, unit },
  ];
}

const trace = { requests: 30_000, sources: 500 };

const schemes = [
  { name: 'Signet', keys: signetKeys },
  { name: 'the reference scheme', keys: () => referenceKeys(true) },
  { name: 'the reference scheme, query not in the key', keys: () => referenceKeys(false) },
] as const;

async function traceRows(): Promise<readonly Row[]> {
  const requests = makeTrace(trace.requests, trace.sources);
  const rows = schemes.map(async ({ name, keys }) => {
    const { hits, renders, refused } = await measureHitRate(requests, keys());
    return [
      { what: `${name}: hits`, figure: hits * 100, unit: '% of what is served' },
      { what: `${name}: pictures drawn`, figure: renders, unit: 'of 30,000 requests' },
      { what: `${name}: refused`, figure: refused, unit: 'of 30,000 requests' },
    ];
  });
  return (await Promise.all(rows)).flat();
}

/** What a hit costs on one machine, and what keys are worth. */
export const localTable: Table = {
  name: 'local',
  title: 'the local CDN: CPU of a hit; 500 sources by Zipf, browsers mixed',
  measure: async () => [...(await hitRows()), ...(await traceRows())],
};
