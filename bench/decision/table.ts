import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../../build/functions.ts';
import { median } from '../median.ts';
import type { Row, Table } from '../table.ts';
import { measureHandler } from './handler-time.ts';
import { type Kind, kindNames, kinds } from './requests.ts';

/** What a kind may cost, in HMACs. Grants are compared with what they replace. */
const goals: Partial<Readonly<Record<Kind, number>>> = {
  first: 12,
  known: 8,
  preset: 8,
  unsigned: 8,
  wrong: 8,
  expired: 8,
  denied: 8,
};

/** What a grant replaces: a signature with operations that were read before. */
const mostAboveSigned = 4;

/** Runs the driver, bundled as the functions are. Returns the median of each kind, in microseconds. */
async function measureKinds(rounds: number): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-bench-'));
  try {
    const file = path.join(folder, 'driver.mjs');
    await writeFile(file, await bundle('bench/decision/driver.ts'));
    const [times] = await once(fork(file, [String(rounds)]), 'message');
    const all = times as readonly (readonly [string, readonly number[]])[];
    return new Map(all.map(([name, values]) => [name, median(values)]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function kindRows(): Promise<readonly Row[]> {
  const times = await measureKinds(40);
  const hmac = times.get('hmac') ?? Number.NaN;
  const cost = (kind: Kind): number => (times.get(kind) ?? Number.NaN) / hmac;
  const grantGoal = cost('known') + mostAboveSigned;
  return [
    { what: 'one HMAC of such a message', figure: hmac, unit: 'µs' },
    ...kindNames.map((kind) => {
      const goal = kind.endsWith('rant') ? grantGoal : goals[kind];
      const row = { what: kinds[kind], figure: cost(kind), unit: 'HMACs' };
      return goal === undefined ? row : { ...row, goal };
    }),
  ];
}

async function handlerRow(what: string, allowedOneIn: number, goal: number): Promise<Row> {
  const sampling = { allowedOneIn, unverifiedOneIn: 1, refusedOneIn: 1 };
  const { hmac, handler } = await measureHandler(60, sampling);
  return { what, figure: median(handler) / median(hmac), unit: 'HMACs', goal };
}

/** What the decision about a view costs beside its cryptography. */
export const decisionTable: Table = {
  name: 'decision',
  title: 'viewer-request: the decision',
  method:
    'CPU time of the bundled code for one request, beside one HMAC-SHA256 of a message as long; medians of batches of 400 requests, measured in turn with batches of HMACs. A signature needs two HMACs, and so does a grant at first sight. The policy is in memory and compiled. Before roots were held extracted, grants verified by the same HMAC, texts remembered and refusals made without stack traces, the nine kinds took 23.5, 22.9, 22.4, 107, 111, 7.8, 13.9, 13.8 and 19.4 HMACs on the machine of 2026-11-30. Of them 4 were HKDF, 2 a stack trace, and some 80 the way of a grant through WebCrypto. What is left beside the HMACs is splitting and canonical printing, the promises of the reads that did not have to wait, and collecting garbage.',
  measure: async () => [
    ...(await kindRows()),
    await handlerRow('the whole handler with a line in the log', 1, 18),
    await handlerRow('the whole handler, one line in ten written', 10, 18),
  ],
};
