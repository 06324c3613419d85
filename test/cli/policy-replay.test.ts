import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ReplayReport } from '../../operator/replay/replay-report.ts';
import {
  type Asked,
  header,
  jsonLog,
  noon,
  row,
  signedUrl,
  standardLog,
  temporaryFolder,
} from '../operator/logs/access-logs.ts';
import { command, json } from './in-process.ts';
import { signet } from './signet.ts';

const folder = temporaryFolder();
/** Nothing listens on port 1, so every command that needs a target fails. */
const nowhere = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1' };

type Fields = Readonly<Record<string, unknown>>;
const resizes = (...w: readonly number[]): Fields => ({ operations: { resize: { w } } });

async function policies(before: Fields, after: Fields): Promise<readonly string[]> {
  const written = (name: string, fields: Fields) =>
    folder.write(name, JSON.stringify({ tenant: 'acme', ...fields }));
  const [against, policy] = [
    await written('before.json', before),
    await written('after.json', after),
  ];
  return ['--policy', policy, '--against', against];
}

const replay = (...args: readonly string[]) => command(['policy', 'replay', ...args], nowhere);

async function replayReportOf(
  requests: readonly Asked[],
  before: Fields,
  after: Fields,
): Promise<ReplayReport> {
  const log = await folder.write('log', standardLog(requests));
  return json(['policy', 'replay', log, ...(await policies(before, after))], nowhere);
}

const recipe = (written: string, options = {}): string =>
  signedUrl(`acme/a.jpg__op__${written}`, options);

/** Requests that stay allowed, become refused, become allowed and stay refused. */
const mixed: readonly Asked[] = [
  { url: recipe('resize,w_400') },
  { url: recipe('resize,w_400'), status: 304 },
  { url: recipe('resize,w_500') },
  { url: recipe('resize,w_500') },
  { url: recipe('resize,w_600'), status: 403 },
  { url: recipe('resize,w_700'), status: 403 },
  { url: recipe('blur,s_5'), status: 403 },
  { url: signedUrl('other/a.jpg__op__resize,w_500') },
];
const [before, after] = [resizes(400, 500), resizes(400, 600)];

describe('policy replay', () => {
  it('keeps blocked scopes that the file does not list, as publishing does', async () => {
    const asked = [{ url: recipe('resize,w_400'), status: 403 }];
    const taken = { ...resizes(400), blocked: ['a.jpg'] };
    expect((await replayReportOf(asked, taken, resizes(400))).newlyAllowed).toBe(0);
    const lifted = await replayReportOf(asked, taken, { ...resizes(400), blocked: [] });
    expect(lifted.newlyAllowed).toBe(1);
  });

  it('counts what a policy would change, and for which recipes', async () => {
    const report = await replayReportOf(mixed, before, after);
    expect(report).toEqual({
      tenant: 'acme',
      requests: 7,
      stillAllowed: 2,
      newlyRefused: 2,
      newlyRefusedBy: [
        {
          code: 'denied_value',
          requests: 2,
          recipes: [{ recipe: 'resize,w_500__op__format,f_src', requests: 2 }],
          distinctRecipes: { count: 1, more: false },
        },
      ],
      newlyAllowed: 1,
      refusedBeforeAndAfter: 2,
      reported: 0,
      undecided: { method: 0, malformed: 0, unsigned: 0, otherwise: 0, unasked: 0 },
      otherTenants: 1,
      unreadable: 0,
      tooLong: 0,
      keysAtMost: { before: { count: 2, more: false }, after: { count: 2, more: false } },
      damaged: [],
    });
  });

  it('prints the report on stdout only', async () => {
    const log = await folder.write('mixed', standardLog(mixed));
    const { code, stdout, stderr } = await replay(log, ...(await policies(before, after)));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'acme: 7 requests decided',
      '  still allowed:            2',
      '  newly refused:            2',
      '  newly allowed:            1',
      '  refused before and after: 2',
      '  keys: at most 2 before, 2 after; f_auto counts once for each format it can become',
      'Newly refused, by code and recipe',
      '  denied_value: 2',
      '    2 × resize,w_500__op__format,f_src',
      'Not compared',
      '  other tenants:            1',
    ]);
  });

  it('reads standard and JSON logs, plain and gzipped, under any name', async () => {
    const inside = folder.path('logs/2026/08');
    await mkdir(inside, { recursive: true });
    await folder.write('logs/a.json.gz', standardLog(mixed));
    await folder.write('logs/b.txt', gzipSync(standardLog(mixed)));
    await folder.write('logs/c', jsonLog(mixed));
    await folder.write('logs/2026/08/d', gzipSync(jsonLog(mixed)));
    await folder.write('logs/.hidden', 'not a log');
    const two = Buffer.concat([gzipSync(standardLog(mixed)), gzipSync(standardLog(mixed))]);
    const joined = await folder.write('joined.gz', two);
    const logs = [folder.path('logs'), joined];
    const report = await json(
      ['policy', 'replay', ...logs, ...(await policies(before, after))],
      nowhere,
    );
    expect(report).toMatchObject({ requests: 42, stillAllowed: 12, newlyRefused: 12 });
    expect(path.basename(inside)).toBe('08');
  });

  it("reads the local stack's access log by default", async () => {
    await mkdir(folder.path('home/logs'), { recursive: true });
    await folder.write('home/logs/access.log', standardLog(mixed));
    await folder.write('home/logs/edge.log', '{}');
    const files = await policies(before, after);
    const home = { SIGNET_HOME: folder.path('home') };
    expect(await json(['policy', 'replay', ...files], home)).toMatchObject({ requests: 7 });
    const none = await command(['policy', 'replay', ...files], nowhere);
    expect(none).toMatchObject({
      ...{ code: 1, stderr: 'signet: /nowhere/logs/access.log does not exist\n' },
    });
  });

  it('does not use the local log for a deployed stack', async () => {
    const args = ['policy', 'replay', ...(await policies(before, after)), '--target', 'aws:prod'];
    expect(await command(args, nowhere)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^signet: the access log of prod is in its logs bucket, /),
    });
  });

  it('reads stdin', async () => {
    const args = ['policy', 'replay', '-', ...(await policies(before, after)), '--json'];
    const ran = await signet(args, nowhere, gzipSync(standardLog(mixed)));
    expect(JSON.parse(ran.stdout)).toMatchObject({ requests: 7, newlyRefused: 2 });
  });

  it('exits with 1 for a new refusal only with --fail-on-refused', async () => {
    const log = await folder.write('refused', standardLog(mixed));
    const files = await policies(before, after);
    expect((await replay(log, ...files)).code).toBe(0);
    expect((await replay(log, ...files, '--fail-on-refused')).code).toBe(1);
    const same = await policies(before, before);
    expect((await replay(log, ...same, '--fail-on-refused')).code).toBe(0);
  });

  it('fails if nothing was compared', async () => {
    const files = await policies(before, after);
    for (const asked of [[], [{ url: signedUrl('other/a.jpg__op__resize,w_500') }]]) {
      const log = await folder.write('none', standardLog(asked));
      expect((await replay(log, ...files)).code).toBe(0);
      const { code, stderr } = await replay(log, ...files, '--fail-on-refused');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/the log has no request of acme/)]);
    }
  });

  it('refuses a file with other lines', async () => {
    const log = await folder.write('foreign', '{"date":"2026-08-01"}\n{"date":"2026-08-02"}\n');
    const { code, stdout, stderr } = await replay(log, ...(await policies(before, after)));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`signet: no line of ${log} is a request in a CloudFront log format\n`);
  });

  it('counts what a policy in report mode would only report', async () => {
    const report = { ...after, mode: 'report', reportUntil: '2026-08-08T00:00:00Z' };
    expect(await replayReportOf(mixed, before, report)).toMatchObject({
      ...{ stillAllowed: 4, newlyRefused: 0, newlyAllowed: 3, reported: 4 },
    });
  });
});

describe('a logged request', () => {
  it.each([
    ['has another method', { url: recipe('resize,w_400'), method: 'POST' }, 'method'],
    ['is malformed', { url: '/acme//a.jpg' }, 'malformed'],
    ['has a target that is no path', { url: '*', status: 400 }, 'malformed'],
    ['has an unknown parameter', { url: `${recipe('resize,w_400')}&a=b` }, 'malformed'],
    ['is not signed', { url: '/acme/a.jpg', status: 403 }, 'unsigned'],
    ['has a wrong signature', { url: recipe('resize,w_400'), status: 403 }, 'otherwise'],
    ['was sent to https', { url: recipe('resize,w_400'), result: 'Redirect' }, 'unasked'],
  ])('is only counted when it %s', async (_what, asked, why) => {
    const report = await replayReportOf([asked], before, after);
    expect(report).toMatchObject({ requests: 0, undecided: { [why]: 1 } });
    expect(report.keysAtMost.before.count).toBe(0);
  });

  it('is decided by the URL as it was sent, with its escapes', async () => {
    const requests = [
      { url: signedUrl('acme/a%20b%25.jpg__op__resize%2Cw_400') },
      { url: signedUrl('acme/a.jpg', { query: 'x-oss-process=image%2Fresize,w_400&' }) },
    ];
    expect(await replayReportOf(requests, before, after)).toMatchObject({ stillAllowed: 2 });
  });

  it.each([
    ['lifetime', { urls: { maxLifetime: 300 } }, 'denied_lifetime'],
    ['kids', { keys: { active: 'r1.2', accept: ['r1.2'] } }, 'denied_kid'],
    ['blocked sources', { blocked: ['a.jpg'] }, 'denied_blocked'],
    ['operations', { require: ['quality'] }, 'denied_required'],
  ])('is refused for the %s of the policy', async (_what, fields, code) => {
    const report = await replayReportOf([{ url: recipe('resize,w_400') }], before, {
      ...before,
      ...fields,
    });
    expect(report.newlyRefusedBy.map((one) => one.code)).toEqual([code]);
  });

  it('is judged by its lifetime at the time of the request', async () => {
    const lifetime = { ...before, urls: { maxLifetime: 600 } };
    const long = (seconds: number) => ({ url: recipe('resize,w_400', { exp: noon + seconds }) });
    const report = await replayReportOf([long(600), long(660), long(661)], before, lifetime);
    expect(report).toMatchObject({ stillAllowed: 2, newlyRefused: 1 });
  });

  it('is not refused for its kid if no policy has keys', async () => {
    const requests = [{ url: recipe('resize,w_400', { kid: 'r7.9' }) }];
    expect(await replayReportOf(requests, before, before)).toMatchObject({ stillAllowed: 1 });
  });

  it('keeps the kids of the policy before if the one after has none', async () => {
    const keys = { active: 'r1.1', accept: ['r1.1'] };
    const requests = [{ url: recipe('resize,w_400', { kid: 'r1.2' }), status: 403 }];
    const report = await replayReportOf(requests, { ...before, keys }, before);
    expect(report).toMatchObject({ refusedBeforeAndAfter: 1 });
  });

  it('names a removed preset', async () => {
    const presets = { presets: { thumb: 'resize,w_90' } };
    const requests = [{ url: recipe('style,n_thumb') }];
    const report = await replayReportOf(requests, { ...before, ...presets }, before);
    expect(report.newlyRefusedBy).toMatchObject([
      { code: 'denied_preset', recipes: [{ recipe: 'style,n_thumb', requests: 1 }] },
    ]);
  });

  it('counts as the same recipe with every version', async () => {
    const requests = ['a', 'b'].map((v) => ({ url: recipe(`version,v_${v}__op__resize,w_500`) }));
    const report = await replayReportOf(requests, before, after);
    expect(report.newlyRefusedBy).toMatchObject([
      { recipes: [{ recipe: 'resize,w_500__op__format,f_src', requests: 2 }] },
    ]);
    expect(report.keysAtMost.before.count).toBe(2);
  });

  it('is decided without a kid if the edge has rewritten it to a key', async () => {
    const key = '/acme/a.jpg__op__resize,w_500__op__format,f_src';
    const requests = [{ url: key }, { url: key, status: 404 }, { url: key, status: 403 }];
    const kids = { keys: { active: 'r1.2', accept: ['r1.2'] }, urls: { maxLifetime: 300 } };
    expect(await replayReportOf(requests, { ...before, ...kids }, after)).toMatchObject({
      ...{ newlyRefused: 2, undecided: { unsigned: 1 } },
    });
  });
});

describe('f_auto', () => {
  const auto = (...f: readonly string[]): Fields => ({ ...before, operations: { format: { f } } });
  const requests = [{ url: recipe('format,f_auto') }];

  it('has a key for each format it can become', async () => {
    const png = { ...auto('auto'), auto: { format: ['webp', 'avif', 'png'] } };
    const { keysAtMost } = await replayReportOf(requests, auto('auto'), png);
    expect([keysAtMost.before.count, keysAtMost.after.count]).toEqual([3, 4]);
  });

  it('is newly refused if one of the viewers would be', async () => {
    const report = await replayReportOf(requests, auto('auto'), auto('webp'));
    expect(report).toMatchObject({ newlyRefused: 1, stillAllowed: 0 });
    expect(report.newlyRefusedBy[0]?.recipes[0]?.recipe).toBe('format,f_auto');
  });

  it('can only have been refused to a viewer that the policy before refuses', async () => {
    const refused = requests.map((one) => ({ ...one, status: 403 }));
    expect(await replayReportOf(refused, auto('webp'), auto('auto'))).toMatchObject({
      newlyAllowed: 1,
      keysAtMost: { before: { count: 0 }, after: { count: 1 } },
    });
  });
});

describe('hostile input', () => {
  const good = row({ url: recipe('resize,w_400') });

  it.each([
    ['junk', '\u0000\ufffd\u001b[31m'],
    ['a broken row', 'a\tb\tc'],
    ['half an object', '{"date":'],
    ['an object of something else', '{"a":1}'],
  ])('counts %s as unreadable', async (_what, line) => {
    const log = await folder.write('junk', `${header}${good}${line}\n${good}`);
    const report = await json(
      ['policy', 'replay', log, ...(await policies(before, after))],
      nowhere,
    );
    expect(report).toMatchObject({ requests: 2, unreadable: 1 });
  });

  it('skips lines over 64 KB and counts them, between others and at the end', async () => {
    const fits = good.replace('FRA56-P1', 'x'.repeat(65_536 - good.length + 'FRA56-P1'.length + 1));
    expect(fits.length).toBe(65_537);
    const long = `${'y'.repeat(65_537)}\n`;
    const content = [header, good, long, fits, 'z'.repeat(500_000), '\n', good, long.trim()];
    const log = await folder.write('long', content.join(''));
    const report = await json(
      ['policy', 'replay', log, ...(await policies(before, after))],
      nowhere,
    );
    expect(report).toMatchObject({ requests: 3, tooLong: 3, unreadable: 0 });
  });

  it('accepts Windows line breaks, empty lines and a byte-order mark', async () => {
    const content = `\uFEFF\n\n${header}\n${good}\n`.replaceAll('\n', '\r\n');
    const log = await folder.write('windows', content);
    const report = await json(
      ['policy', 'replay', log, ...(await policies(before, after))],
      nowhere,
    );
    expect(report).toMatchObject({ requests: 1, unreadable: 0 });
  });

  it.each([0.3, 0.6, 0.9, 0.999])('counts the lines before a log is cut, at %d', async (part) => {
    // The rows differ, so that they do not compress to one long repetition.
    const rows = Array.from({ length: 20_000 }, (_, at) =>
      row({ url: signedUrl(`acme/${(at * 7_919) % 20_011}.jpg__op__resize,w_400`) }),
    );
    const whole = gzipSync(header + rows.join(''));
    const cut = whole.subarray(0, Math.floor(whole.length * part));
    const log = await folder.write('cut.gz', cut);
    const files = await policies(before, after);
    const { code, stdout, stderr } = await replay(log, ...files, '--json');
    const { requests, damaged } = JSON.parse(stdout) as ReplayReport & { damaged: string[] };
    expect({ code, damaged }).toEqual({ code: 1, damaged: [log] });
    expect(JSON.parse(stderr)).toEqual({
      warning: `${log} is cut or damaged; only the lines before the damage were counted`,
    });
    expect(Math.abs(requests - rows.length * part)).toBeLessThan(rows.length * 0.05);
  });

  it('counts the lines before the damage, and continues with the next log', async () => {
    const whole = gzipSync(standardLog(Array.from({ length: 2_000 }, () => mixed).flat()));
    const broken = Buffer.from(whole).fill(0xff, whole.length - 8);
    const logs = [await folder.write('x.gz', broken), await folder.write('y', standardLog(mixed))];
    const files = await policies(before, after);
    const { code, stdout } = await replay(...logs, ...files, '--json');
    const { requests, undecided } = JSON.parse(stdout) as ReplayReport;
    expect({ code, unsigned: undecided.unsigned }).toEqual({ code: 1, unsigned: 0 });
    // The last unpacked bytes are lost with the wrong checksum.
    expect(requests).toBeGreaterThan(13_900);
    expect((await replay(...logs, ...files)).stderr).toBe(
      `signet: warning: ${logs[0]} is cut or damaged; only the lines before the damage were counted\n`,
    );
  });

  it.each([
    ['text', 'GET /a HTTP/1.1\n', /begins with neither #Version, #Fields nor a JSON object$/],
    ['junk', Buffer.from([0, 255, 10, 13, 254]), /begins with neither/],
    ['a megabyte of zeros', Buffer.alloc(1_000_000), /begins with neither/],
    ['gzipped text', gzipSync('hello'), /begins with neither/],
    ['what only looks gzipped', Buffer.from([0x1f, 0x8b]), undefined],
    [
      'another log',
      '#Version: 1.0\n#Fields: date time\n',
      /does not name cs-uri-stem, cs-uri-query/,
    ],
  ])('is refused with one line: %s', async (_what, content, message) => {
    const log = await folder.write('no-log', content);
    const { code, stderr } = await replay(log, ...(await policies(before, after)), '--json');
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    if (message !== undefined)
      expect(JSON.parse(stderr)).toEqual({
        error: 'not_a_log',
        message: expect.stringMatching(message),
      });
  });

  it.each([
    ['a file that is not there', 'nowhere.log', 1, /nowhere\.log does not exist$/],
    ['a folder without files', 'empty', 1, /empty contains no files$/],
  ])('fails on %s', async (_what, name, code, message) => {
    await mkdir(folder.path('empty'), { recursive: true });
    const files = await policies(before, after);
    const ran = await replay(folder.path(name), ...files);
    expect(ran.code).toBe(code);
    expect(ran.stderr.trim()).toMatch(message);
  });

  it('counts nothing in an empty file', async () => {
    const log = await folder.write('nothing', '');
    const report = await json(
      ['policy', 'replay', log, ...(await policies(before, after))],
      nowhere,
    );
    expect(report).toMatchObject({ requests: 0, unreadable: 0 });
  });
});

describe('the policies', () => {
  it('need the one that would be published', async () => {
    expect((await replay('log')).code).toBe(2);
  });

  it('are compared with the live one by default', async () => {
    const log = await folder.write('live', standardLog(mixed));
    const [, policy = ''] = await policies(before, after);
    expect((await replay(log, '--policy', policy)).code).toBe(3);
  });

  it('must be valid and of one tenant', async () => {
    const log = await folder.write('two', standardLog(mixed));
    const [, policy = ''] = await policies(before, after);
    const other = await folder.write('other.json', JSON.stringify({ ...before, tenant: 'other' }));
    const bad = await folder.write('bad.json', JSON.stringify({ tenant: 'acme', operation: {} }));
    const wrong = await replay(log, '--policy', policy, '--against', other);
    const invalid = await replay(log, '--policy', bad, '--against', policy);
    expect([wrong.code, invalid.code]).toEqual([1, 1]);
    expect(wrong.stderr).toMatch(/other\.json is a policy of other, not of acme$/m);
    expect(invalid.stderr).toMatch(
      /bad\.json: .*; see every issue with: npx signet policy validate /,
    );
  });
});
