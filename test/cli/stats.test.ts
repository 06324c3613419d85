import { mkdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type LogLine, printLine } from '../../edge/log-line.ts';
import {
  countServiceLine,
  emptyStats,
  type StatsReport,
  statsBounds,
  statsReport,
} from '../../operator/stats/stats-tally.ts';
import {
  type Asked,
  jsonLog,
  row,
  standardLog,
  temporaryFolder,
} from '../operator/logs/access-logs.ts';
import { command, json } from './in-process.ts';
import { signet } from './signet.ts';
import { startCommandStack } from './stack.ts';

/** The edge logs one in this many unsigned requests. */
const sampling = 100;

const folder = temporaryFolder();
const nowhere = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1' };
const start = Date.parse('2026-08-01T12:00:00Z');

type Fields = Partial<LogLine>;

/** A line as the functions print it, so that `stats` is tested with real lines. */
const printLogLine = (fields: Fields, seconds = 0, weight = 1): string => {
  const line = { function: 'viewer-request', requestId: 'x', level: 'info', outcome: 'allowed' };
  return `${printLine({ ...line, ...fields } as LogLine, start + seconds * 1_000, { metrics: 'Signet', weight })}\n`;
};

const view = (fields: Fields = {}, seconds = 0): string =>
  printLogLine({ tenant: 'acme', kid: 'r1.1', ...fields }, seconds);

const render = (milliseconds: number, bytes: number, sourceBytes: number): string =>
  printLogLine({
    ...{ function: 'origin-response', tenant: 'acme', outcome: 'rendered' },
    ...{ milliseconds, bytes, sourceBytes },
  });

const lines = [
  view({}, 1),
  view({ kid: 'r1.2' }, 5),
  view({}, 3),
  view({ outcome: 'denied_value', level: 'warn' }, 4),
  printLogLine({ tenant: 'acme', kid: 'r9.9', outcome: 'forbidden' }, 9, sampling),
  render(100, 1_000, 50_000),
  render(300, 2_000, 60_000),
  printLogLine({
    ...{ function: 'origin-response', tenant: 'acme', outcome: 'source_missing' },
    milliseconds: 7,
  }),
  view({ tenant: 'other', kid: 'r1.1', reported: 'denied_value' }, 6),
  printLogLine({ function: 'origin-response', outcome: 'stored' }),
  printLogLine({ outcome: 'malformed' }, 0, sampling),
];

const acme = {
  views: { forbidden: 100, allowed: 3, denied_value: 1 },
  renders: { count: 2, p50: 100, p95: 300, max: 300, totalMilliseconds: 400 },
  bytes: { made: 3_000, source: 110_000, saved: 107_000 },
  refusals: { forbidden: 100, denied_value: 1, source_missing: 1 },
  reported: {},
  kids: { 'r1.1': '2026-08-01T12:00:04.000Z', 'r1.2': '2026-08-01T12:00:05.000Z' },
  sampled: true,
};
const other = {
  ...{ views: { allowed: 1 }, refusals: {}, reported: { denied_value: 1 }, sampled: false },
  renders: { count: 0, p50: 0, p95: 0, max: 0, totalMilliseconds: 0 },
  bytes: { made: 0, source: 0, saved: 0 },
  kids: { 'r1.1': '2026-08-01T12:00:06.000Z' },
};
const unattributed = { malformed: 100, stored: 1 };
const noneDelivered = { requests: 0, hits: 0, misses: 0, bytes: 0 };
const rest = {
  delivered: { tenants: {}, unattributed: noneDelivered },
  ...{ failures: 0, unreadable: 0, tooLong: 0, damaged: [] },
};

describe('stats', () => {
  it('counts requests, renders and refusals by tenant, and the last use of each kid', async () => {
    const log = await folder.write('edge', lines.join(''));
    expect(await json(['stats', log], nowhere)).toEqual({
      tenants: { acme, other },
      unattributed,
      ...rest,
    });
  });

  it('prints the counts', async () => {
    const log = await folder.write('people', lines.join(''));
    const { code, stdout, stderr } = await command(['stats', log], nowhere);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'acme',
      '  views:    forbidden 100, allowed 3, denied_value 1 (partly estimated: lines are sampled)',
      '  renders:  2, p50 100 ms, p95 300 ms, max 300 ms, 0.4 s in total',
      '  bytes:    3.0 kB from 110.0 kB of sources, 107.0 kB saved',
      '  refusals: forbidden 100, denied_value 1, source_missing 1',
      '  kid r1.1 last used 2026-08-01T12:00:04.000Z',
      '  kid r1.2 last used 2026-08-01T12:00:05.000Z',
      'other',
      '  views:    allowed 1',
      '  renders:  none',
      '  bytes:    0 bytes from 0 bytes of sources, 0 bytes saved',
      '  refusals: none',
      '  reported: denied_value 1',
      '  kid r1.1 last used 2026-08-01T12:00:06.000Z',
      'Without a tenant: malformed 100, stored 1',
    ]);
  });

  it.each([
    ["Lambda's runtime", '2026-08-01T12:00:00.000Z\t3f2a-b1\tINFO\t'],
    ['a followed log group', '2026-08-01T12:00:00.123000+00:00 2026/08/01/[7]4c1f '],
  ])('reads lines with a prefix from %s', async (_who, before) => {
    const text = lines.map((line) => `${before}${line}`).join('');
    const log = await folder.write('prefixed', text);
    expect(await json(['stats', log], nowhere)).toEqual({
      tenants: { acme, other },
      unattributed,
      ...rest,
    });
  });

  it('counts only the named tenant', async () => {
    const log = await folder.write('one', lines.join(''));
    const ofOther = { tenants: { other }, unattributed: {}, ...rest };
    expect(await json(['stats', log, '--tenant', 'other'], nowhere)).toEqual(ofOther);
    const nobody = { tenants: {}, unattributed: {}, ...rest };
    expect(await json(['stats', log, '--tenant', 'nobody'], nowhere)).toEqual(nobody);
    expect((await command(['stats', log, '--tenant', 'No body'], nowhere)).code).toBe(2);
  });

  it("reads the local stack's log by default", async () => {
    await mkdir(folder.path('home/logs'), { recursive: true });
    await folder.write('home/logs/edge.log', view());
    const { tenants } = await json<StatsReport>(['stats'], { SIGNET_HOME: folder.path('home') });
    expect(tenants['acme']?.views).toEqual({ allowed: 1 });
    const { code, stderr } = await command(['stats'], { SIGNET_HOME: folder.path('no') });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `signet: ${folder.path('no/logs/edge.log')} does not exist\n`,
    });
  });

  it("leaves out doctor's own requests", async () => {
    const probe = { tenant: 'signet-doctor', path: 'unsigned.jpg' };
    const own = printLogLine({ outcome: 'forbidden', ...probe }, 0, sampling);
    const others = printLogLine({ outcome: 'forbidden', ...probe, path: 'a.jpg' }, 0, sampling);
    const access = standardLog([{ url: '/signet-doctor/unsigned.jpg', result: 'Error' }]);
    await mkdir(folder.path('doctor'), { recursive: true });
    await folder.write('doctor/edge.log', `${own}${view()}${others}`);
    await folder.write('doctor/access.log', access);
    const { delivered, tenants } = await json<StatsReport>(
      ['stats', folder.path('doctor')],
      nowhere,
    );
    expect(Object.keys(tenants)).toEqual(['acme', 'signet-doctor']);
    expect(tenants['signet-doctor']?.views).toEqual({ forbidden: 100 });
    expect(delivered).toEqual({ tenants: {}, unattributed: noneDelivered });
  });

  it('reads several files, gzipped or not, and stdin', async () => {
    const plain = await folder.write('plain', view());
    const packed = await folder.write('packed', gzipSync(view()));
    const { tenants } = await json<StatsReport>(['stats', plain, packed, plain], nowhere);
    expect(tenants['acme']?.views).toEqual({ allowed: 3 });
    const ran = await signet(['stats', '-', '--json'], nowhere, gzipSync(lines.join('')));
    expect(JSON.parse(ran.stdout)).toMatchObject({ tenants: { acme } });
  });
});

describe('hostile lines', () => {
  const failure = JSON.stringify({
    ...{ time: '2026-08-01T12:00:00.000Z', function: 'viewer-request', level: 'error' },
    reason: 'S3 is away',
  });

  it.each([
    ['a stack', 'Error: no\n    at somewhere', { unreadable: 2 }],
    ['junk', '\u0000\u0001\ufffd', { unreadable: 1 }],
    ['half a line', view().slice(0, 60), { unreadable: 1 }],
    ['an unknown outcome', view({ outcome: 'won' }).trim(), { unreadable: 1 }],
    ['a line of something else', '{"a":1}', { unreadable: 1 }],
    ['a list', '[1]', { unreadable: 1 }],
    ['a failure', failure, { failures: 1 }],
    ['too long a line', 'x'.repeat(70_000), { tooLong: 1 }],
  ])('are counted: %s', async (_what, text, counted) => {
    const log = await folder.write('hostile', `${view()}${text}\n${view()}`);
    const report = await json<StatsReport>(['stats', log], nowhere);
    expect(report).toEqual({
      ...{ ...rest, ...counted, unattributed: {} },
      tenants: { acme: expect.objectContaining({ views: { allowed: 2 } }) },
    });
  });

  it.each([
    ['a tenant', { tenant: '__proto__' }],
    ['an invalid tenant name', { tenant: 'A/b' }],
  ])('name no tenant: %s', (_what, fields) => {
    const tally = emptyStats();
    countServiceLine(tally, view(fields));
    expect(statsReport(tally)).toMatchObject({ tenants: {}, unattributed: { allowed: 1 } });
  });

  it('cannot count for more than the sampling factor, or for less than one', () => {
    const tally = emptyStats();
    for (const requests of [1e300, -5, 0.5, '7', null, 1_001])
      countServiceLine(tally, JSON.stringify({ ...JSON.parse(view()), requests }));
    expect(statsReport(tally).tenants['acme']?.views).toEqual({ allowed: 6 });
  });

  it('cannot report impossible measurements', () => {
    const tally = emptyStats();
    for (const wrong of [-1, 1e300, '5', null])
      countServiceLine(
        tally,
        JSON.stringify({
          ...JSON.parse(render(1, 1, 1)),
          ...{ milliseconds: wrong, bytes: wrong, sourceBytes: wrong },
        }),
      );
    expect(statsReport(tally).tenants['acme']).toMatchObject({
      renders: { count: 4, p50: 0, max: 0, totalMilliseconds: 0 },
      bytes: { made: 0, source: 0, saved: 0 },
    });
  });

  it('cannot exceed the upper limits', () => {
    const tally = emptyStats();
    for (let at = 0; at < statsBounds.tenants + 50; at += 1)
      countServiceLine(tally, view({ tenant: `t${at}` }));
    for (let at = 0; at < statsBounds.kids + 50; at += 1)
      countServiceLine(tally, view({ tenant: 't0', kid: `r1.${at + 2}` }));
    expect(tally.tenants.size).toBe(statsBounds.tenants);
    expect(tally.tenants.get('t0')?.kids.size).toBe(statsBounds.kids);
    expect(statsReport(tally).unattributed).toEqual({ allowed: 50 });
  });

  it.each([
    ['text', 'hello\n'],
    ['another log', '{"date":"2026-08-01"}\n'],
    ['zeros', Buffer.alloc(100_000)],
  ])('without others are refused: %s', async (_what, content) => {
    const log = await folder.write('foreign', content);
    const { code, stdout, stderr } = await command(['stats', log, '--json'], nowhere);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: 'not_a_log',
      message: `${log} is not a log of Signet: no line was written by one of its functions or by CloudFront`,
    });
  });

  it('in a cut file end the count with a warning', async () => {
    const whole = gzipSync(Array.from({ length: 5_000 }, (_, at) => view({}, at)).join(''));
    const log = await folder.write('cut.gz', whole.subarray(0, whole.length / 2));
    const { code, stdout, stderr } = await command(['stats', log], nowhere);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^acme\n {2}views: {4}allowed [1-4],\d{3}\n/);
    expect(stderr).toBe(
      `signet: warning: ${log} is cut or damaged; only the lines before the damage were counted\n`,
    );
  });
});

/** Requests of two tenants, one on a host of its own, and of none. */
const delivered: readonly Asked[] = [
  { url: '/acme/a.jpg', result: 'Hit', bytes: 1_000_000 },
  { url: '/acme/a.jpg', result: 'RefreshHit', status: 304, bytes: 300 },
  { url: '/acme/a.jpg', result: 'OriginShieldHit', bytes: 1_000_000 },
  { url: '/acme/b.jpg', result: 'Miss', bytes: 500_000 },
  { url: '/acme/b.jpg', result: 'Error', status: 0, bytes: 0 },
  { url: '/acme/b.jpg', result: 'LambdaGeneratedResponse', status: 403 },
  { url: '/a.jpg', host: 'img.other.test:8080', result: 'Miss', bytes: 50 },
  { url: '/favicon.ico', result: 'LambdaGeneratedResponse', status: 400, bytes: 700 },
  { url: '/Not_a-tenant/a', result: 'Error', status: 404, bytes: 7 },
];
const deliveredReport = {
  tenants: {
    acme: { requests: 6, hits: 3, misses: 1, bytes: 2_500_300 },
    other: { requests: 1, hits: 0, misses: 1, bytes: 50 },
  },
  unattributed: { requests: 2, hits: 0, misses: 0, bytes: 707 },
};
const nothingElse = { ...rest, tenants: {}, unattributed: {}, delivered: deliveredReport };

describe('the stats of a running stack', () => {
  it('leave out what browsers and crawlers request without being asked', async () => {
    const stack = await startCommandStack();
    const { host } = new URL(stack.address);
    const ask = (name: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`http://${host}/${name}`, { headers, method });
    const icon = await ask('favicon.ico', { cookie: 'other=1' });
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    const robots = await ask('robots.txt');
    expect([robots.status, await robots.text()]).toEqual([200, 'User-agent: *\nDisallow: /\n']);
    expect((await ask('robots.txt', {}, 'HEAD')).status).toBe(200);
    // Anything with a credential is a request of the distribution.
    expect((await ask('favicon.ico?exp=1')).status).toBe(400);
    expect((await ask('favicon.ico', { cookie: 'signet-grant=x' })).status).toBe(400);
    const { stdout: before } = await stack.run('stats');
    await stack.stop();
    expect(before).toMatch(/without a tenant: 2 requests/);
  });
});

describe('stats of an access log', () => {
  it.each([
    ['standard', standardLog(delivered)],
    ['JSON', jsonLog(delivered)],
    ['gzipped', gzipSync(standardLog(delivered))],
    ['after a byte order mark', `\ufeff${standardLog(delivered)}`],
  ])('count what CloudFront delivered, by tenant: %s', async (_form, content) => {
    const log = await folder.write('access', content);
    expect(await json(['stats', log], nowhere)).toEqual(nothingElse);
  });

  it("stand apart from those of the service's own log", async () => {
    await mkdir(folder.path('both'), { recursive: true });
    await folder.write('both/access.log', standardLog(delivered));
    await folder.write('both/edge.log', lines.join(''));
    const report = await json(['stats', folder.path('both')], nowhere);
    expect(report).toEqual({ ...nothingElse, tenants: { acme, other }, unattributed });
    const { stdout } = await command(['stats', folder.path('both')], nowhere);
    expect(stdout.trimEnd().split('\n').slice(-5)).toEqual([
      'Without a tenant: malformed 100, stored 1',
      'Delivered by CloudFront, from its access log',
      '  acme: 6 requests, hits 3, misses 1 (75 % hits), 2.5 MB sent',
      '  other: 1 request, hits 0, misses 1 (0 % hits), 50 bytes sent',
      '  without a tenant: 2 requests, hits 0, misses 0, 707 bytes sent',
    ]);
  });

  it('are read by default, too', async () => {
    await mkdir(folder.path('local/logs'), { recursive: true });
    await folder.write('local/logs/edge.log', view());
    await folder.write('local/logs/access.log', standardLog(delivered));
    const report = await json<StatsReport>(['stats'], { SIGNET_HOME: folder.path('local') });
    expect(report.tenants['acme']?.views).toEqual({ allowed: 1 });
    expect(report.delivered).toEqual(deliveredReport);
  });

  it('can be those of one tenant', async () => {
    const log = await folder.write('access', standardLog(delivered));
    const ofOther = { tenants: { other: deliveredReport.tenants.other } };
    expect(await json(['stats', log, '--tenant', 'other'], nowhere)).toMatchObject({
      delivered: { ...ofOther, unattributed: noneDelivered },
    });
    const { stdout } = await command(['stats', log, '--tenant', 'other'], nowhere);
    expect(stdout).toMatch(/^Delivered by CloudFront/);
  });

  it('name a limited number of tenants', async () => {
    const many = Array.from({ length: statsBounds.tenants + 5 }, (_, at) => ({
      url: `/t${at}/a.jpg`,
    }));
    const log = await folder.write('many', standardLog(many));
    const { delivered: counted } = await json<StatsReport>(['stats', log], nowhere);
    expect(Object.keys(counted.tenants)).toHaveLength(statsBounds.tenants);
    expect(counted.unattributed).toEqual({ ...noneDelivered, requests: 5, hits: 5 });
  });

  it('count lines that cannot be read', async () => {
    const text = `${standardLog(delivered)}junk\n${row({ url: '/acme/c.jpg' })}${'x'.repeat(70_000)}`;
    const log = await folder.write('broken', text);
    expect(await json(['stats', log], nowhere)).toMatchObject({
      ...{ unreadable: 1, tooLong: 1, failures: 0 },
      delivered: { tenants: { acme: { requests: 7 } } },
    });
  });
});

describe('stats', () => {
  it('does not use the local log for a deployed stack', async () => {
    const { code, stdout, stderr } = await command(['stats', '--target', 'aws:prod'], nowhere);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^signet: the log of prod is in CloudWatch; fetch its lines /);
    const log = await folder.write('fetched', lines.join(''));
    expect((await command(['stats', log, '--target', 'aws:prod'], nowhere)).code).toBe(0);
  });

  it('says that a tenant is not in the log', async () => {
    const log = await folder.write('others', lines.join(''));
    const { stdout } = await command(['stats', log, '--tenant', 'nobody'], nowhere);
    expect(stdout).toMatch(/^nobody is not in the log\n/);
  });
});
