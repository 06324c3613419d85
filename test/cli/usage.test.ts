import { mkdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogLine, printLine } from '../../edge/log-line.ts';
import {
  addSample,
  emptySample,
  repeatedPart,
  sampleLine,
} from '../../operator/usage/line-sample.ts';
import {
  addUsage,
  createUsageSink,
  emptyUsage,
  maxTenantDays,
} from '../../operator/usage/usage-tally.ts';
import { isSafeForTerminal } from '../../shared/terminal.ts';
import { printInvalidationLine } from '../../tasks/purge-line.ts';
import { type Asked, jsonLog, standardLog, temporaryFolder } from '../operator/logs/access-logs.ts';
import { command, json } from './in-process.ts';
import { signet } from './signet.ts';
import { type CommandStack, picture, startCommandStack } from './stack.ts';

const folder = temporaryFolder();
const nowhere = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1' };
const noon = Date.parse('2026-08-01T12:00:00Z');
const dayMs = 86_400_000;

type Row = Readonly<Record<string, unknown>>;
type Report = {
  readonly rows: readonly Row[];
  readonly logs: Readonly<Record<string, unknown>>;
  readonly stored: Readonly<Record<string, unknown>> | null;
  readonly aboveBudget?: readonly Row[];
  readonly notCompared?: readonly Row[];
};

const policyText = (tenant: string, more: object = {}): string =>
  JSON.stringify({ tenant, operations: { resize: { w: [64] } }, ...more });

let policies = '';
beforeAll(async () => {
  await mkdir(folder.path('policies'));
  policies = folder.path('policies');
  await folder.write('policies/acme.json', policyText('acme', { budget: { rendersPerDay: 2 } }));
  await folder.write('policies/shop.json', policyText('shop'));
});

const report = (...words: readonly string[]): Promise<Report> =>
  json<Report>(['usage', ...words, '--policy', policies], nowhere);

const fails = async (...words: readonly string[]) => {
  const { code, stderr, stdout } = await command(['usage', ...words], nowhere);
  expect(stdout).toBe('');
  return { code, stderr };
};

const line = (fields: Partial<LogLine>, at = noon, weight = 1): string => {
  const usual = { function: 'origin-response', requestId: `${at}`, level: 'info', tenant: 'acme' };
  return `${printLine({ ...usual, ...fields } as LogLine, at, { metrics: 'Signet', weight })}\n`;
};

const rendered = (milliseconds: number, at = noon): string =>
  line(
    { outcome: 'rendered', renderMilliseconds: milliseconds, milliseconds: 9_999, bytes: 5 },
    at,
  );

const views: readonly Asked[] = [
  { url: '/acme/a.jpg?sig=1', bytes: 1_000 },
  { url: '/acme/a.jpg?sig=2', bytes: 500, result: 'Miss' },
  { url: '/acme/a.jpg?sig=3', bytes: 300, result: 'RefreshHit', date: '2026-08-02' },
  { url: '/acme/b.jpg', bytes: 700, status: 403, result: 'Error', date: '2026-09-01' },
  { url: '/c.jpg?sig=4', bytes: 10, host: 'img.shop.test' },
  { url: '/evil/a.jpg', bytes: 1 },
  { url: '/=1+1/a.jpg', bytes: 1 },
  { url: '/', bytes: 1 },
  { url: '/signet-doctor/unsigned.jpg', bytes: 1, result: 'Error' },
];

const serviceLines = [
  rendered(1_500),
  rendered(500, noon + dayMs),
  line({ outcome: 'source_missing', milliseconds: 7 }),
  // The fallback was drawn.
  line({ outcome: 'source_missing', renderMilliseconds: 250, bytes: 9, milliseconds: 400 }),
  line({ function: 'viewer-request', outcome: 'forbidden' }, noon, 100),
  line({ function: 'viewer-request', outcome: 'allowed' }, noon, 10),
  line({ function: 'viewer-request', outcome: 'forbidden', tenant: 'evil' }),
  line({
    ...{ function: 'viewer-request', outcome: 'forbidden' },
    ...{ tenant: 'signet-doctor', path: 'unsigned.jpg' },
  }),
  line({ outcome: 'stored' }),
  `${printInvalidationLine('acme', 3, noon)}\n`,
];

const acmeInAugust = {
  ...{ tenant: 'acme', period: '2026-08', views: 3, hits: 2, bytes: 1_800 },
  ...{ renders: 3, renderSeconds: 2.25, refusals: { forbidden: 100, source_missing: 2 } },
  ...{ invalidations: 3, refusalsAreEstimates: true, storedBytes: null },
};

describe('usage', () => {
  it('counts both logs by tenant and month', async () => {
    const access = await folder.write('access.log', standardLog(views));
    const service = await folder.write('edge.log', serviceLines.join(''));
    const { logs, rows, stored } = await report(access, service);
    expect(rows).toMatchObject([
      acmeInAugust,
      { tenant: 'acme', period: '2026-09', views: 1, hits: 0, bytes: 700, renders: 0 },
      { tenant: 'shop', period: '2026-08', views: 1, hits: 1, bytes: 10, refusals: {} },
      { tenant: '(unknown)', period: '2026-08', views: 3, bytes: 3, refusals: { forbidden: 1 } },
    ]);
    expect(stored).toBeNull();
    expect(logs).toEqual({
      ...{ files: 2, accessLog: true, serviceLog: true, duplicates: [], damaged: [], repeated: 0 },
      ...{ outside: 0, unreadable: 0, tooLong: 0 },
    });
  });

  it('counts by day, in a range, and for one tenant', async () => {
    const logs = [folder.path('access.log'), folder.path('edge.log')];
    const days = await report(...logs, '--by', 'day', '--tenant', 'acme', '--until', '2026-08-02');
    expect(days.rows).toMatchObject([
      { tenant: 'acme', period: '2026-08-01', views: 2, renders: 2, renderSeconds: 1.75 },
      { tenant: 'acme', period: '2026-08-02', views: 1, renders: 1, renderSeconds: 0.5 },
    ]);
    expect(days.logs['outside']).toBe(1);
    const september = await report(...logs, '--since', '2026-09', '--until', '2026-09');
    expect(september.rows).toMatchObject([{ tenant: 'acme', period: '2026-09', views: 1 }]);
  });

  it('gives the same result for other forms and orders of the files', async () => {
    const [first, second] = [views.slice(0, 4), views.slice(4)];
    await mkdir(folder.path('parts'));
    await folder.write('parts/a.gz', gzipSync(jsonLog(second)));
    await folder.write('parts/b', serviceLines.slice(5).join(''));
    await folder.write('parts/c.log', standardLog(first));
    const d = await folder.write('d.gz', gzipSync(serviceLines.slice(0, 5).join('')));
    const whole = await report(folder.path('access.log'), folder.path('edge.log'));
    const once = await report(folder.path('parts'), d);
    const again = await report(d, folder.path('parts'));
    expect(once.rows).toEqual(whole.rows);
    expect(again).toEqual(once);
  });

  it('counts the same content once, and says so', async () => {
    const copy = await folder.write('copy.gz', gzipSync(standardLog(views)));
    const access = folder.path('access.log');
    const words = ['usage', access, copy, access, '--policy', policies, '--csv'];
    const twice = await command(words, nowhere);
    const once = await command(['usage', access, '--policy', policies, '--csv'], nowhere);
    expect(twice.stdout).toBe(once.stdout);
    expect(twice.stderr).toBe(
      `signet: warning: ${copy} has the same content as another file; it is counted once\n`,
    );
  });

  it('warns of files that overlap', async () => {
    const part = await folder.write('part.log', standardLog(views.slice(0, 3)));
    const words = ['usage', folder.path('access.log'), part, '--policy', policies];
    const { stderr } = await command(words, nowhere);
    expect(stderr).toBe(
      'signet: warning: about 33 % of the lines are in several files and count several times; name each log once\n',
    );
  });

  it('does not know what a log that was not read would say', async () => {
    const { rows } = await report(folder.path('access.log'), '--tenant', 'shop');
    expect(rows).toMatchObject([{ views: 1, renders: null, refusals: null, invalidations: null }]);
    const words = ['usage', folder.path('edge.log'), '--policy', policies, '--tenant', 'acme'];
    const { stdout } = await command(words, nowhere);
    expect(stdout).toMatch(/^acme +2026-08 +- +- +- +3 +2\.3 +~102 +3 +- +0\.0/m);
    expect(stdout).toContain('No access log was read, so views, hits and bytes are not known.');
  });

  it('reads columns in any order, stdin, and a log that is cut', async () => {
    const [head, ...rows] = ['time date', '12:00:00\t2026-08-01'];
    const more = ['sc-bytes cs-uri-query sc-status cs-uri-stem', '7\t-\t200\t/acme/a.jpg'];
    const log = `#Fields: ${head} ${more[0]}\n${rows[0]}\t${more[1]}\n`;
    const words = ['usage', '-', '--policy', policies, '--json'];
    const ran = await signet(words, nowhere, Buffer.from(log));
    expect(JSON.parse(ran.stdout)).toMatchObject({
      rows: [{ tenant: 'acme', views: 1, bytes: 7 }],
    });
    const packed = gzipSync(standardLog(Array(500).fill(views[0])));
    const cut = await folder.write('cut.gz', packed.subarray(0, packed.length - 20));
    const { code, stderr } = await command(['usage', cut, '--policy', policies], nowhere);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is cut or damaged')]);
  });

  it('prints CSV with a column for each refusal, and marks estimates', async () => {
    const words = ['usage', folder.path('access.log'), folder.path('edge.log')];
    const { stdout } = await command([...words, '--policy', policies, '--csv'], nowhere);
    const [head = '', first = ''] = stdout.split('\n');
    const cells = Object.fromEntries(
      head.split(',').map((name, at) => [name, first.split(',')[at]]),
    );
    expect(cells).toMatchObject({
      ...{ tenant: 'acme', period: '2026-08', views: '3', render_seconds: '2.25' },
      ...{ refused_forbidden: '100', refused_expired: '0', refused_is_estimate: 'yes' },
      ...{
        stored_bytes_now: '',
        estimated_usd_storage: '',
        estimated_usd_invalidations: '0.015000',
      },
    });
    expect(Number(cells['estimated_usd_total'])).toBeGreaterThan(0.015);
  });

  it('estimates the cost from the prices', async () => {
    const many = Array.from({ length: 1_000 }, () => ({ ...views[0], bytes: 1_000_000 }) as Asked);
    const log = await folder.write('many.log', standardLog(many));
    const { rows } = await report(log);
    const usd = rows[0]?.['estimatedUsd'] as Readonly<Record<string, number | null>>;
    expect(usd).toMatchObject({
      requests: 0.001,
      renders: null,
      invalidations: null,
      storage: null,
    });
    expect(usd['delivery']).toBeCloseTo(0.085, 9);
  });

  it.each([
    [['--since', '2026-13'], /--since is "2026-13"; write a day/],
    [['--since', '2026-02-30'], /write a day/],
    [['--since', '20260801'], /write a day/],
    [['--until', 'never'], /write a day/],
    [['--until', '\u001b[2J'], /write a day/],
    [['--since', '1d', '--until', '9d'], /is after --until/],
    [['--by', 'week'], /write day or month/],
    [['--tenant', '../a'], /is not a tenant name/],
    [['--csv', '--json'], /exclude each other/],
    [['s3://Bad_/x'], /write s3:\/\/BUCKET\/PREFIX/],
    [['--athena', 'access.log'], /name a stack with --target/],
  ])('refuses %j in one sentence', async (words, message) => {
    const { code, stderr } = await fails(...words);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
    expect(isSafeForTerminal(stderr)).toBe(true);
  });

  it('says what to do where there are no logs', async () => {
    const { code, stderr } = await fails('--policy', policies);
    expect([code, stderr]).toEqual([1, expect.stringContaining('once it runs (npm start)')]);
    const empty = await folder.write('notes.txt', 'hello\n');
    const foreign = await fails(empty, '--policy', policies);
    expect(foreign.stderr).toContain('is not a log of Signet');
  });

  it('prints nothing that a terminal interprets', async () => {
    const bad = `\u001b[2J\u202E`;
    const text = `${standardLog([{ url: `/${bad}/a.jpg` }])}${bad}\n`;
    const log = await folder.write('hostile.log', text);
    for (const form of [[], ['--csv'], ['--json']]) {
      const ran = await command(['usage', log, '--policy', policies, ...form], nowhere);
      expect([ran.code, isSafeForTerminal(ran.stdout + ran.stderr)]).toEqual([0, true]);
    }
  });
});

describe('usage --check', () => {
  const check = (...logs: readonly string[]) =>
    command(['usage', ...logs, '--policy', policies, '--check'], nowhere);

  it('exits with 1 if a tenant rendered more on a day than its budget', async () => {
    const within = await check(folder.path('edge.log'));
    expect([within.code, within.stdout]).toEqual([
      0,
      expect.stringContaining('Every tenant is within its budget.'),
    ]);
    const more = await folder.write('more.log', rendered(1, noon + 1) + rendered(1, noon + dayMs));
    const above = await check(folder.path('edge.log'), more);
    expect([above.code, above.stdout]).toEqual([
      1,
      expect.stringContaining(
        '✗ acme rendered 3 on 2026-08-01, above its budget.rendersPerDay of 2\n',
      ),
    ]);
    expect(above.stdout).not.toContain('2026-08-02, above');
  });

  it('does not pass without the log that has the renders', async () => {
    const { code, stderr } = await check(folder.path('access.log'));
    expect([code, stderr]).toEqual([1, expect.stringContaining("only the service's own log has")]);
  });
});

describe('usage of an installation', () => {
  let stack: CommandStack;
  beforeAll(async () => {
    stack = await startCommandStack();
    await stack.publish('acme', {
      operations: { resize: { w: [16] } },
      budget: { rendersPerDay: 1 },
    });
    await stack.publish('idle', { operations: { resize: { w: [16] } } });
    for (const tenant of ['acme', 'idle'])
      await stack.upload(tenant, 'a.jpg', await picture('#336699'));
    const url = await stack.mint('acme', 'a.jpg', 'resize,w_16');
    for (const one of [url, url, new URL('/acme/a.jpg', url), new URL('/other/a.jpg', url)])
      await (await fetch(one)).arrayBuffer();
  });
  afterAll(() => stack.stop());

  it('counts the access log, and lists what every tenant stores', async () => {
    await expect
      .poll(async () => (await stack.json<Report>('usage')).rows)
      .toMatchObject([
        { tenant: 'acme', views: 3, hits: 1, storedBytes: expect.any(Number) },
        { tenant: 'demo', views: 0 },
        { tenant: 'idle', views: 0, storedBytes: expect.any(Number) },
        { tenant: '(unknown)', views: 1, storedBytes: null },
      ]);
    const { stored } = await stack.json<Report>('usage');
    expect(stored).toMatchObject({
      acme: { sources: { objects: 1 }, derivatives: { objects: 1 } },
      idle: { sources: { objects: 1 }, derivatives: { objects: 0 } },
    });
    expect(await stack.json('usage', '--no-stored', '--tenant', 'acme')).toMatchObject({
      ...{ stored: null, rows: [{ tenant: 'acme', storedBytes: null }] },
    });
  });

  it('compares with the budgets of live policies', async () => {
    const log = await stack.written(rendered(1) + rendered(1));
    const { code, stdout } = await stack.run('usage', log, '--check', '--json');
    const { aboveBudget } = JSON.parse(stdout) as Report;
    expect([code, aboveBudget]).toEqual([
      1,
      [{ tenant: 'acme', day: '2026-08-01', renders: 2, rendersPerDay: 1 }],
    ]);
  });

  it('reads logs in a bucket as they arrive, but only those that can have the days', async () => {
    const put = (key: string, body: string) =>
      stack.derivatives.put(`logs/${key}`, gzipSync(body), { contentType: 'application/gzip' });
    await put('2026/08/01/12/E1.2026-08-01-12.a.gz', jsonLog(views));
    await put('2026/08/02/00/E1.2026-08-02-00.b.gz', serviceLines.join(''));
    await put('2026/01/01/00/E1.2026-01-01-00.c.gz', 'not a log\n');
    const place = 's3://signet-derivatives/logs/';
    const { logs, rows } = await stack.json<Report>('usage', place, '--since', '2026-08-01');
    const unlisted = { ...acmeInAugust, storedBytes: expect.any(Number) };
    expect([logs['files'], rows[0]]).toEqual([2, expect.objectContaining(unlisted)]);
    const all = await stack.run('usage', place);
    expect([all.code, all.stderr]).toEqual([1, expect.stringContaining('is not a log of Signet')]);
    const none = await stack.run('usage', 's3://signet-derivatives/none/');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('has no logs')]);
    const missing = await stack.run('usage', 's3://no-such-bucket/');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('no-such-bucket')]);
  });
});

describe('counting', () => {
  const scope = {
    ...{ known: new Set(['acme']), hosts: {}, only: undefined },
    days: { since: undefined, until: undefined },
  };

  it('holds one row for all invented tenants', () => {
    const tally = emptyUsage();
    const { countServiceLine } = createUsageSink(tally, scope);
    for (let at = 0; at < 5_000; at += 1)
      countServiceLine(line({ outcome: 'forbidden', tenant: `t${at}` }));
    expect([...tally.tenants.keys()]).toEqual(['(unknown)']);
  });

  it('refuses logs with more days than any service has', () => {
    const tally = emptyUsage();
    const { countRequest } = createUsageSink(tally, scope);
    const request = {
      ...{ method: 'GET', host: undefined, uri: '/acme/a', querystring: '', status: 200 },
      ...{ resultType: 'Hit', bytes: 1 },
    };
    const count = (): void => {
      for (let at = 0; at <= maxTenantDays; at += 1) countRequest({ ...request, at: at * 86_400 });
    };
    expect(count).toThrow('count fewer days with --since and --until');
  });

  it('adds up to the same in each order', () => {
    const [one, two] = [emptyUsage(), emptyUsage()];
    for (const text of serviceLines) createUsageSink(one, scope).countServiceLine(text);
    createUsageSink(two, scope).countServiceLine(rendered(3));
    const [first, second] = [emptyUsage(), emptyUsage()];
    for (const more of [one, two]) addUsage(first, more);
    for (const more of [two, one]) addUsage(second, more);
    expect(first).toEqual(second);
  });

  it('finds the part of the lines that several files have, whatever their order', () => {
    const sampleOf = (from: number, to: number) => {
      const sample = emptySample();
      for (let at = from; at < to; at += 1) sampleLine(sample, `{"id":${at}}`);
      return sample;
    };
    const partOf = (...ranges: readonly (readonly [number, number])[]): number => {
      const all = emptySample();
      for (const [from, to] of ranges) addSample(all, sampleOf(from, to));
      return repeatedPart(all);
    };
    const ranges = [
      [0, 20_000],
      [15_000, 40_000],
      [40_000, 40_001],
    ] as const;
    expect(partOf(...ranges)).toBeCloseTo(0.125, 1);
    expect(partOf(...ranges.toReversed())).toBe(partOf(...ranges));
    expect(partOf([0, 20_000], [20_000, 40_000])).toBe(0);
  });
});
