import { spawnSync } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { athenaFields, printAthena } from '../../../operator/usage/athena.ts';
import { signet } from '../../cli/signet.ts';
import { casesOf, countCases, isProof, noteFigure } from '../../proof/cases.ts';
import { temporaryFolder } from '../logs/access-logs.ts';
import { knownTenants, writeLog } from './generated-log.ts';
import { countElsewhere, findCounters } from './other-counters.ts';
import { measured, writeUsagePage } from './usage-page.ts';

/*
 * The same logs counted by `usage` and by DuckDB. In the proof they have ten million lines, and `usage` reads them in
 * one run.
 */

const counters = findCounters();
const folder = temporaryFolder();

/** Nine of ten lines are in access logs. */
const lines = casesOf({ proof: 10_000_000, test: 20_000 });
const accessLines = (lines / 10) * 9;
const serviceLines = lines / 10;
const jsonLines = casesOf({ proof: 500_000, test: 5_000 });

/** What a run may hold in memory, in megabytes, however long the logs are. */
const mostMegabytes = 400;

type Row = Readonly<Record<string, unknown>> & {
  readonly tenant: string;
  readonly period: string;
  readonly refusals: Readonly<Record<string, number>> | null;
  readonly renderSeconds: number | null;
};

/** Prints the memory of the process at its end. */
const printMemory =
  "--import=data:text/javascript,process.on('exit',()=>process.stderr.write('maxrss='+process.resourceUsage().maxRSS))";

const offline = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1', NODE_OPTIONS: printMemory };

async function usage(...words: readonly string[]) {
  const args = ['usage', ...words, '--policy', folder.path('policies'), '--by', 'day', '--json'];
  const { code, stderr, stdout } = await signet(args, offline);
  expect([code, stderr.replace(/maxrss=.*/s, '')]).toEqual([0, '']);
  const { logs, rows } = JSON.parse(stdout) as {
    readonly rows: readonly Row[];
    readonly logs: Readonly<Record<string, number>>;
  };
  return { rows, logs, megabytes: Number(/maxrss=([0-9]+)/.exec(stderr)?.[1]) / 1_000 };
}

const byText = (rows: readonly object[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted();

const deliveredIn = (rows: readonly Row[]): readonly string[] =>
  byText(
    rows.flatMap(({ bytes, hits, period, tenant, views }) =>
      views === 0 || views === null ? [] : [{ tenant, period, views, hits, bytes }],
    ),
  );

const refusedIn = (rows: readonly Row[]): readonly string[] =>
  byText(
    rows.flatMap(({ period, refusals, tenant }) =>
      Object.entries(refusals ?? {}).map(([outcome, count]) => ({
        ...{ tenant, period, outcome, count },
      })),
    ),
  );

const usedIn = (rows: readonly Row[]): readonly string[] =>
  byText(
    rows.map(({ invalidations, period, renderSeconds, renders, tenant }) => {
      const milliseconds = Math.round((renderSeconds ?? 0) * 1_000);
      return { tenant, period, renders, milliseconds, invalidations };
    }),
  );

const access = (): string => folder.path('access.gz');
const service = (): string => folder.path('service.gz');
const environment = () => ({
  TENANTS: folder.path('tenants.txt'),
  COLUMNS: athenaFields.join(' '),
});

describe.skipIf(counters === undefined)('usage', () => {
  beforeAll(async () => {
    await mkdir(folder.path('policies'));
    for (const tenant of knownTenants) {
      const policy = { tenant, operations: { resize: { w: [64] } } };
      await writeFile(folder.path(`policies/${tenant}.json`), JSON.stringify(policy));
    }
    await writeFile(folder.path('tenants.txt'), knownTenants.join('\n'));
    await writeLog(access(), 'access', 0, accessLines);
    await writeLog(service(), 'service', 0, serviceLines);
    await writeLog(folder.path('log.json.gz'), 'json', 0, jsonLines);
  });

  const duckdb = <T>(kind: 'access' | 'service', file: string): T =>
    countElsewhere<T>(counters ?? '', [kind, file], environment());

  it('counts what DuckDB counts, in one run over all logs', async () => {
    const { logs, megabytes, rows } = await usage(access(), service());
    expect(deliveredIn(rows)).toEqual(byText(duckdb<readonly object[]>('access', access())));
    const { refused, used } = duckdb<Readonly<Record<'refused' | 'used', readonly object[]>>>(
      'service',
      service(),
    );
    expect(Math.min(rows.length, refused.length, used.length)).toBeGreaterThan(500);
    expect(refusedIn(rows)).toEqual(byText(refused));
    const withWork = used.map((row) => JSON.stringify(row));
    expect(usedIn(rows)).toEqual(expect.arrayContaining(withWork));
    expect(logs['unreadable']).toBeGreaterThan(0);
    expect(megabytes).toBeLessThan(mostMegabytes);
    countCases(lines);
    measured('lines', lines);
    measured('rows', rows.length);
    measured('megabytes', megabytes);
    noteFigure(`${Math.round(megabytes)} MB`);
  });

  it('counts what the query for Athena counts, run by DuckDB', async () => {
    const file = folder.path('log.json.gz');
    const options = {
      ...{ tenants: knownTenants, hosts: { 'img.*.test': '*' }, by: 'day' as const },
      ...{ place: { bucket: 'logs', prefix: 'cloudfront/' }, hasDays: true },
    };
    const days = { since: 20_665, until: 20_690 };
    const { query } = printAthena({ ...options, days });
    const counted = countElsewhere<readonly object[]>(
      counters ?? '',
      ['athena', file],
      environment(),
      query,
    );
    const range = ['--since', '2026-07-31', '--until', '2026-08-25'];
    const { rows } = await usage(file, ...range);
    expect(counted.length).toBeGreaterThan(1_000);
    expect(deliveredIn(rows)).toEqual(byText(counted));
    measured('athenaRows', counted.length);
    measured('jsonLines', jsonLines);
  });

  it('prints statements that Athena can read, over documented fields that a stack logs', () => {
    const options = {
      ...{ tenants: knownTenants, hosts: { 'img.*.test': '*', 'a.example': 'shop-1' } },
      ...{ place: { bucket: 'logs', prefix: 'cloudfront/' }, hasDays: true },
      ...{ by: 'month' as const, days: { since: 20_665, until: undefined } },
    };
    const { query, table } = printAthena(options);
    const read = countElsewhere<Readonly<Record<string, readonly string[] | string>>>(
      counters ?? '',
      ['parse'],
      environment(),
      JSON.stringify([table, query]),
    );
    expect(read['kind']).toBe('Create TABLE, Select');
    expect(read['tables']).toEqual(['signet_access_logs']);
    const columns = [...athenaFields, 'day'];
    expect([...(read['columns'] ?? [])].toSorted()).toEqual(columns.toSorted());
    const others = [...(read['read'] ?? [])].filter((name) => !columns.includes(name));
    expect(others).toEqual([]);
  });

  it.runIf(isProof)('takes memory that does not grow with the logs', async () => {
    await writeLog(folder.path('small.gz'), 'access', 0, accessLines / 100);
    const small = await usage(folder.path('small.gz'));
    measured('smallMegabytes', small.megabytes);
    const started = performance.now();
    const large = await usage(access());
    const own = performance.now() - started;
    const count = (): number => {
      const began = performance.now();
      spawnSync('sh', ['-c', `gzip -dc '${access()}' | wc -l`]);
      return performance.now() - began;
    };
    const { size } = await stat(access());
    measured('packedMegabytes', size / 1e6);
    measured('timesOfCounting', own / count());
    measured('largeMegabytes', large.megabytes);
    expect(large.megabytes).toBeLessThan(small.megabytes * 2);
    writeUsagePage();
  });
});
