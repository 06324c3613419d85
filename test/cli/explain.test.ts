import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplainedStage, Explanation } from '../../operator/explain/explanation.ts';
import { policyKey } from '../../shared/versions/bucket.ts';
import { answerTo, type CommandStack, picture, startCommandStack } from './stack.ts';

let stack: CommandStack;
let folder: string;
let signingKey: string;
let otherKey: string;
let keyOfPresets: string;
/** Of the generation before. */
let firstKey: string;

const tenant = 'acme';
const policy = {
  tenant,
  keys: { active: 'r1.2', accept: ['r1.2'] },
  operations: {
    resize: [{ w: [64, 128] }, { h: [10] }],
    quality: { q: [60] },
    format: { f: ['auto'] },
  },
  require: ['resize'],
  presets: { thumb: 'resize,m_fill,w_32,h_32__op__format,f_auto' },
  urls: { maxLifetime: 3_600 },
};

async function publish(document: { readonly tenant: string; readonly [field: string]: unknown }) {
  const file = path.join(folder, `${document.tenant}.json`);
  await writeFile(file, JSON.stringify(document));
  await stack.json('policy', 'publish', file);
}

const keyOf = async (name: string): Promise<string> =>
  (await stack.json<{ signingKey: string }>('keys', 'show', name)).signingKey;

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-explain-'));
  await publish({ ...policy, keys: { active: 'r1.1', accept: ['r1.1'] } });
  firstKey = await keyOf('acme');
  await publish(policy);
  await publish({ ...policy, tenant: 'other' });
  await publish({ ...policy, tenant: 'presets', presetsOnly: true });
  for (const name of ['acme/a.jpg', 'acme/café (1).jpg', 'presets/a.jpg'])
    await stack.sources.put(name, await picture('#228844'), { contentType: 'image/jpeg' });
  signingKey = await keyOf('acme');
  otherKey = await keyOf('other');
  keyOfPresets = await keyOf('presets');
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const inSeconds = (seconds: number): string => String(Math.floor(Date.now() / 1_000) + seconds);

type Wrong = {
  readonly kid?: string;
  readonly key?: string | Buffer;
  readonly exp?: string | undefined;
  /** What is signed where it is not what is sent. */
  readonly signed?: (target: string, exp: string) => readonly [target: string, exp: string];
  readonly message?: (right: string) => string;
  readonly sig?: (digest: Buffer) => string;
};

/** Signs as the documentation says, but for what it is told to do wrong. */
function sign(target: string, wrong: Wrong = {}): string {
  const { kid = 'r1.2', key = signingKey } = wrong;
  const exp = 'exp' in wrong ? wrong.exp : inSeconds(1_800);
  const [signedTarget, signedExp] = wrong.signed?.(target, exp ?? '0') ?? [target, exp ?? '0'];
  const right = ['signet.v1', kid, signedExp, signedTarget].join('\n');
  const digest = createHmac('sha256', key)
    .update(wrong.message?.(right) ?? right)
    .digest();
  const sig = wrong.sig?.(digest) ?? digest.toString('base64url');
  const query = [...(exp === undefined ? [] : [`exp=${exp}`]), `kid=${kid}`, `sig=${sig}`];
  return `${stack.address}${encodeURI(target).replaceAll('+', '%2B')}?${query.join('&')}`;
}

type Explained = { readonly code: number | null; readonly explanation: Explanation };

async function explained(url: string, ...more: readonly string[]): Promise<Explained> {
  const { code, stdout, stderr } = await stack.run('explain', url, ...more, '--json');
  expect(stderr).toBe('');
  return { code, explanation: JSON.parse(stdout) as Explanation };
}

const lastOf = ({ stages }: Explanation): ExplainedStage | undefined => stages.at(-1);

describe('a URL that is served', () => {
  it('is shown stage by stage, ending in the key under which the derivative is stored', async () => {
    const url = sign('/acme/a.jpg__op__quality,q_60__op__resize,w_64');
    const before = await explained(url);
    expect(await answerTo(url)).toBe('200');
    const after = await explained(url);
    const key = 'acme/a.jpg__op__resize,w_64__op__quality,q_60__op__format,f_src';
    expect(after).toMatchObject({ code: 0, explanation: { url, key } });
    expect(after.explanation).not.toHaveProperty('refusal');
    expect(after.explanation.stages.map(({ stage, ok }) => [stage, ok])).toEqual(
      ['split', 'verify', 'admit', 'parse', 'negotiate', 'authorize', 'name', 'store'].map(
        (stage) => [stage, true],
      ),
    );
    expect(lastOf(before.explanation)?.data).toEqual({ type: 'jpg', bytes: expect.any(Number) });
    expect(before.explanation).toMatchObject({ stored: false });
    expect(lastOf(after.explanation)?.data).toEqual({ stored: true });
    expect(after.explanation).toMatchObject({ stored: true });
    expect(typeof (await stack.derivatives.get(key, { maxBytes: 1_000_000 }))).toBe('object');
  });

  it.each([
    ['nothing', [], 'src'],
    ['what Chrome sends', ['--accept', 'image/avif,image/webp,*/*'], 'avif'],
    ['what Safari sent', ['--accept', 'image/webp,image/*;q=0.8'], 'webp'],
    ['a wildcard', ['--accept', '*/*'], 'src'],
    ['a preference', ['--accept', 'image/avif;q=0.5,image/webp'], 'webp'],
  ])('gets the format that Accept asks for: %s', async (_what, more, format) => {
    const url = sign('/acme/a.jpg__op__resize,w_64__op__format,f_auto');
    const { code, explanation } = await explained(url, ...more);
    const key = `acme/a.jpg__op__resize,w_64__op__format,f_${format}`;
    expect({ code, key: explanation.key }).toEqual({ code: 0, key });
    const negotiated = explanation.stages.find(({ stage }) => stage === 'negotiate');
    expect(negotiated?.data).toEqual({ accept: more[1] ?? null, format });
  });

  it('is explained on any host and without one', async () => {
    const { pathname, search } = new URL(sign('/acme/a.jpg__op__resize,w_64'));
    for (const start of ['', 'https://img.example.com', 'http://[::1]:8080'])
      expect((await explained(`${start}${pathname}${search}`)).code).toBe(0);
  });

  it('is explained to people in words', async () => {
    const url = sign('/acme/a.jpg__op__resize,w_64');
    const { code, stdout, stderr } = await stack.run('explain', url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '  ✓ split\n      tenant: acme\n      path: a.jpg\n      operations: resize,w_64\n',
    );
    const key = 'acme/a.jpg__op__resize,w_64__op__format,f_src';
    expect(stdout).toMatch(/\n(?:Served|Will be made) as [^\n]+\n$/);
    expect(stdout).toContain(` as ${key}`);
  });
});

type Refused = readonly [
  what: string,
  url: () => string,
  refusal: { readonly code: string; readonly rule: string | null; readonly allowed: unknown },
  stage: string,
];

const none = { rule: null, allowed: null };
const forbidden = { code: 'forbidden', ...none };
const malformed = { code: 'malformed', ...none };
const names = ['resize', 'quality', 'format'];

const refused: readonly Refused[] = [
  ['no signature', () => `${stack.address}/acme/a.jpg__op__resize,w_64`, forbidden, 'verify'],
  ['an unknown root', () => sign('/acme/a.jpg', { kid: 'r9.1' }), forbidden, 'verify'],
  ['a kid of another form', () => sign('/acme/a.jpg', { kid: 'r1' }), forbidden, 'verify'],
  ['a tenant that does not exist', () => sign('/nobody/a.jpg'), forbidden, 'verify'],
  ['an unknown parameter', () => `${sign('/acme/a.jpg')}&utm=1`, malformed, 'split'],
  [
    'exp in milliseconds',
    () => sign('/acme/a.jpg', { exp: `${inSeconds(60)}000` }),
    malformed,
    'split',
  ],
  ['an empty segment', () => sign('/acme//a.jpg'), malformed, 'split'],
  ['no tenant', () => `${stack.address}/a.jpg?kid=r1.1`, malformed, 'split'],
  [
    'the past',
    () => sign('/acme/a.jpg', { exp: inSeconds(-5) }),
    { code: 'expired', ...none },
    'verify',
  ],
  [
    'an old kid',
    () => sign('/acme/a.jpg__op__resize,w_64', { kid: 'r1.1', key: firstKey }),
    { code: 'denied_kid', rule: 'keys.accept', allowed: ['r1.2'] },
    'admit',
  ],
  [
    'a long life',
    () => sign('/acme/a.jpg__op__resize,w_64', { exp: inSeconds(7_200) }),
    { code: 'denied_lifetime', rule: 'urls.maxLifetime', allowed: 3_600 },
    'admit',
  ],
  [
    'an endless life',
    () => sign('/acme/a.jpg__op__resize,w_64', { exp: undefined }),
    { code: 'denied_lifetime', rule: 'urls.maxLifetime', allowed: 3_600 },
    'admit',
  ],
  ['an unknown operation', () => sign('/acme/a.jpg__op__resise,w_64'), malformed, 'parse'],
  [
    'an unknown preset',
    () => sign('/acme/a.jpg__op__style,n_big'),
    { code: 'denied_preset', rule: 'presets', allowed: ['thumb'] },
    'parse',
  ],
  [
    'an operation',
    () => sign('/acme/a.jpg__op__resize,w_64__op__blur,s_2'),
    { code: 'denied_operation', rule: 'operations', allowed: names },
    'authorize',
  ],
  [
    'a value',
    () => sign('/acme/a.jpg__op__resize,w_65'),
    { code: 'denied_value', rule: 'operations.resize', allowed: [{ w: [64, 128] }, { h: [10] }] },
    'authorize',
  ],
  [
    'a missing operation',
    () => sign('/acme/a.jpg__op__quality,q_60'),
    { code: 'denied_required', rule: 'require', allowed: ['resize'] },
    'authorize',
  ],
  [
    'presets only',
    () => sign('/presets/a.jpg__op__resize,w_64', { key: keyOfPresets }),
    { code: 'denied_preset', rule: 'presetsOnly', allowed: ['thumb'] },
    'authorize',
  ],
  [
    'a source that is not there',
    () => sign('/acme/b.jpg__op__resize,w_64'),
    { code: 'source_missing', ...none },
    'source',
  ],
];

describe('a URL that is refused', () => {
  it.each(refused)('for %s ends in what the edge answers', async (_what, make, refusal, stage) => {
    const url = make();
    const { code, explanation } = await explained(url);
    expect(code).toBe(1);
    expect(explanation).not.toHaveProperty('key');
    expect(explanation.refusal).toEqual({ ...refusal, reason: expect.stringMatching(/./) });
    expect(lastOf(explanation)).toMatchObject({
      stage,
      ok: false,
      data: { refusal: refusal.code },
    });
    expect(await answerTo(url)).toBe(refusal.code);
  });

  it('is not blamed on its signature when it has only expired', async () => {
    const { explanation } = await explained(sign('/acme/a.jpg', { exp: inSeconds(-5) }));
    expect(lastOf(explanation)).toEqual({
      stage: 'verify',
      ok: false,
      data: { refusal: 'expired' },
    });
  });

  it('is explained to people in words', async () => {
    const { code, stdout, stderr } = await stack.run(
      'explain',
      sign('/acme/a.jpg__op__resize,w_65'),
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout.trim().split('\n').slice(-5)).toEqual([
      '  ✗ authorize',
      '      refusal: denied_value',
      'Refused: denied_value: no rule of resize allows these values; the nearest allowed is resize,w_64',
      '  rule: operations.resize',
      '  allowed: [{"w":[64,128]},{"h":[10]}]',
    ]);
  });

  it.each([
    ['misspelled', JSON.stringify({ tenant: 'misspelled', operations: { resise: {} } })],
    ['foreign', JSON.stringify(policy)],
    ['cut', '{'],
  ])('by a stored policy that is %s is unavailable, as at the edge', async (name, text) => {
    await publish({ ...policy, tenant: name });
    const key = await keyOf(name);
    const stored = { contentType: 'application/json' };
    await stack.config.put(policyKey(name), Buffer.from(text), stored);
    const url = sign(`/${name}/a.jpg__op__resize,w_64`, { key });
    const { code, explanation } = await explained(url);
    expect([code, explanation.refusal?.code]).toEqual([1, 'unavailable']);
    expect(await answerTo(url)).toBe('unavailable');
  });
});

const cafe = '/acme/café (1).jpg__op__resize,w_64';

const mistakes: readonly (readonly [what: string, wrong: () => Wrong, mistake: RegExp])[] = [
  [
    'the encoded path',
    () => ({ signed: (target, exp) => [encodeURI(target), exp] }),
    /^the encoded path was signed; sign the decoded one$/,
  ],
  [
    'the path without its slash',
    () => ({ signed: (target, exp) => [target.slice(1), exp] }),
    /^the path was signed without its leading slash; begin it with \/TENANT\/$/,
  ],
  [
    'CRLF',
    () => ({ message: (right) => right.replaceAll('\n', '\r\n') }),
    /^the message has CRLF line ends/,
  ],
  [
    'exp in milliseconds',
    () => ({ signed: (target, exp) => [target, `${exp}123`] }),
    /^exp was signed in milliseconds/,
  ],
  [
    'padded base64',
    () => ({ sig: (digest) => digest.toString('base64') }),
    /^sig is plain or padded base64/,
  ],
  [
    'escaped base64',
    () => ({ sig: (digest) => encodeURIComponent(digest.toString('base64')) }),
    /^sig is plain or padded base64/,
  ],
  [
    'a decoded key',
    () => ({ key: Buffer.from(signingKey.slice(4), 'base64url') }),
    /^the signing key was decoded/,
  ],
  [
    'NFD',
    () => ({ signed: (target, exp) => [target.normalize('NFD'), exp] }),
    /^the path was signed in another Unicode form/,
  ],
  [
    "another tenant's key",
    () => ({ key: otherKey }),
    /^it was signed with the key of other; use the key of the tenant in the URL$/,
  ],
];

describe('a signing mistake', () => {
  it.each(mistakes)('is named: %s', async (_what, wrong, mistake) => {
    const url = sign(cafe, wrong());
    const { code, explanation } = await explained(url);
    expect(code).toBe(1);
    expect(lastOf(explanation)?.data['mistake']).toMatch(mistake);
    expect(['forbidden', 'malformed']).toContain(explanation.refusal?.code);
    expect(await answerTo(url)).toBe(explanation.refusal?.code);
  });

  it('is named where the name was decomposed on the way', async () => {
    const url = sign(cafe.normalize('NFD'), {
      signed: (target, exp) => [target.normalize('NFC'), exp],
    });
    expect(lastOf((await explained(url)).explanation)?.data['mistake']).toMatch(/Unicode form/);
  });

  it('of an unknown kid still shows the message that was to be signed', async () => {
    const exp = inSeconds(60);
    const { explanation } = await explained(sign(cafe, { key: 'secret', exp }));
    expect(lastOf(explanation)?.data).toEqual({
      refusal: 'forbidden',
      message: `signet.v1\nr1.2\n${exp}\n${cafe}`,
    });
  });

  it('is explained without the signing key', async () => {
    for (const [, wrong] of mistakes) {
      const { stdout } = await stack.run('explain', sign(cafe, wrong()));
      expect(stdout).not.toContain('sgn_');
    }
  });
});

describe('a source that is not there', () => {
  it.each([
    [
      'alpine%2Dlake.jpg',
      'the path was encoded before it was minted; mint the name as it is: alpine-lake.jpg',
    ],
    [
      'demo/alpine-lake.jpg',
      'the tenant was written before the path; leave it out: alpine-lake.jpg',
    ],
    ['100%25.jpg', undefined],
    ['50% off.jpg', undefined],
    ['alpine-sea.jpg', undefined],
  ])('as %s may have been meant: %s', async (path, mistake) => {
    const url = await stack.mint('demo', path, 'resize,w_640');
    const { explanation } = await explained(url);
    expect(lastOf(explanation)?.data['refusal']).toBe('source_missing');
    expect(lastOf(explanation)?.data['mistake']).toBe(mistake);
  });
});

describe('a URL with a parameter more', () => {
  it.each(['utm_source=mail', 'fbclid=IwAR0', '_ga=2.1'])('%s is named', async (more) => {
    const { explanation } = await explained(`${sign('/acme/a.jpg')}&${more}`);
    const [name] = more.split('=');
    expect(explanation.refusal?.reason).toBe(`the query has an unknown parameter "${name}"`);
    expect(lastOf(explanation)?.data['mistake']).toMatch(/^a program added a parameter/);
  });

  it('that may be a part of a signature is not named', async () => {
    const { explanation } = await explained(`${sign('/acme/a.jpg')}&${'aB3_'.repeat(9)}=x`);
    expect(explanation.refusal?.reason).toBe('the query has an unknown parameter');
  });
});

describe('a URL that was encoded again as a whole', () => {
  it('is told from one without a signature', async () => {
    const url = sign('/acme/a.jpg__op__resize,w_64').replace('?', '%3F').replaceAll('=', '%3D');
    const { explanation } = await explained(url);
    expect(lastOf(explanation)?.data['mistake']).toMatch(
      /^the question mark of the URL was encoded/,
    );
  });
});

describe('a grant that is none', () => {
  it.each(['abc', 'a.b.c', 'eyj.x.y'])('%s is not taken for one in lower case', async (grant) => {
    const url = `${stack.address}/acme/a.jpg__op__resize,w_64?grant=${grant}`;
    expect(lastOf((await explained(url)).explanation)?.data).not.toHaveProperty('mistake');
  });

  it('is one in lower case if all of it has the form of a grant', async () => {
    const url = `${stack.address}/acme/a.jpg__op__resize,w_64?grant=eyj.e30.${'a'.repeat(43)}`;
    expect(lastOf((await explained(url)).explanation)?.data['mistake']).toMatch(/lower case/);
  });
});

describe('a stored name in another Unicode form', () => {
  it.each(['NFC', 'NFD'] as const)('is named: %s', async (form) => {
    const name = 'gar\u00e7on.jpg';
    const folder = `forms-${form.toLowerCase()}`;
    const image = await picture('#228844');
    const stored = `acme/${folder}/${name}`.normalize(form);
    await stack.sources.put(stored, image, { contentType: 'image/jpeg' });
    const other = form === 'NFC' ? 'NFD' : 'NFC';
    const url = sign(`/acme/${folder}/${name}__op__resize,w_64`.normalize(other));
    const { explanation } = await explained(url);
    expect(explanation.refusal?.code).toBe('source_missing');
    expect(lastOf(explanation)?.data['mistake']).toBe(
      `the stored name is in the Unicode form ${form}; mint the name in that form`,
    );
  });
});

describe('a line of a log', () => {
  const line = (fields: object): string =>
    JSON.stringify({
      ...{ time: '2026-11-30T10:00:00.000Z', function: 'viewer-request', requestId: 'abc' },
      ...{ outcome: 'allowed', level: 'info', tenant: 'acme', path: 'a.jpg', kid: 'r1.2' },
      ...fields,
    });

  it('about an allowed request is decided as of today', async () => {
    const { code, explanation } = await explained(line({ recipe: 'resize,w_64' }));
    expect(code).toBe(0);
    expect(explanation.key).toBe('acme/a.jpg__op__resize,w_64__op__format,f_src');
    expect(explanation.stages[0]).toMatchObject({
      stage: 'log',
      data: { outcome: 'allowed', requestId: 'abc', kid: 'r1.2' },
    });
  });

  it('after the time that a log tool prints is read, too', async () => {
    const text = `2026-11-30T10:00:00.000Z abc INFO ${line({ recipe: 'resize,w_64' })}`;
    expect((await explained(text)).code).toBe(0);
  });

  it('about a recipe in the query is decided', async () => {
    const { explanation } = await explained(line({ recipe: 'image/resize,w_64' }));
    expect(explanation.key).toBe('acme/a.jpg__op__resize,w_64__op__format,f_src');
  });

  it('about a refused recipe names the rule of today', async () => {
    const fields = {
      outcome: 'denied_value',
      level: 'warn',
      reason: 'no rule',
      recipe: 'resize,w_65',
    };
    const { code, explanation } = await explained(line(fields));
    expect([code, explanation.refusal?.rule]).toEqual([1, 'operations.resize']);
  });

  it('about a request that is allowed by now says so', async () => {
    const fields = { outcome: 'denied_value', reason: 'no rule', recipe: 'resize,w_128' };
    const { code, explanation } = await explained(line(fields));
    expect(code).toBe(0);
    expect(explanation.stages[0]?.data).toMatchObject({
      outcome: 'denied_value',
      reason: 'no rule',
    });
  });

  it.each([
    ['forbidden', { path: 'a.jpg' }],
    ['malformed', { tenant: undefined, path: undefined }],
    ['source_missing', { path: 'x'.repeat(256) }],
    ...['denied_scope', 'denied_grant', 'denied_lifetime', 'source_undecodable'].map(
      (code): [string, object] => [code, { path: 'a.jpg', recipe: 'resize,w_64' }],
    ),
    ['denied_operation', { path: 'a.jpg', recipe: 'download__op__resize,w_64' }],
    ['denied_operation', { path: 'a.jpg', recipe: 'version,v_1__op__resize,w_64' }],
  ])('about %s repeats its reason', async (outcome, fields) => {
    const { code, explanation } = await explained(
      line({ outcome, reason: 'so it was', ...fields }),
    );
    expect(code).toBe(1);
    expect(explanation.refusal).toEqual({
      code: outcome,
      reason: 'so it was',
      rule: null,
      allowed: null,
    });
  });

  const accessLine = (host: string, pathname: string, query: string): string =>
    ['2026-11-30', '10:00:00', 'FRA', '1', 'GET', host, pathname, '403', query, 'Miss', 'id'].join(
      '\t',
    );

  it('of the access log is explained like its URL', async () => {
    const { host, pathname, search } = new URL(sign('/acme/a.jpg__op__resize,w_64'));
    const { code, explanation } = await explained(accessLine(host, pathname, search.slice(1)));
    expect(code).toBe(0);
    expect(explanation.key).toBe('acme/a.jpg__op__resize,w_64__op__format,f_src');
  });

  it('of the access log shows no cookies, and explain says so of a URL that is not signed', async () => {
    const line = accessLine('img.test', '/acme/a.jpg', '-');
    const said = 'the line does not show cookies, so the request may have had a grant in one';
    expect((await stack.run('explain', line)).stdout).toContain(said);
    for (const args of [['https://img.test/acme/a.jpg'], [line, '--cookie', 'signet-grant=x']])
      expect((await stack.run('explain', ...args)).stdout).not.toContain(said);
  });
});

describe("a tenant's own host", () => {
  it('is minted for without the tenant in the path, and explained as the edge reads it', async () => {
    const asked = ['mint', 'demo', 'alpine-lake.jpg', 'resize,w_640'];
    const { url: long } = await stack.json<{ url: string }>(...asked);
    const own = [...asked, '--host', 'http://img.demo.test:8080'];
    const { url } = await stack.json<{ url: string }>(...own);
    expect(url).toMatch(/^http:\/\/img\.demo\.test:8080\/alpine-lake\.jpg__op__resize,w_640\?/);
    const keyOf = async (one: string) => (await stack.json<{ key: string }>('explain', one)).key;
    expect(await keyOf(url)).toBe(await keyOf(long));
    const { code } = await stack.run('explain', url.replace('img.demo', 'img.acme'));
    expect(code).toBe(1);
  });

  it('is named where a URL has the tenant in its path all the same', async () => {
    const { url } = await stack.json<{ url: string }>(
      ...['mint', 'demo', 'alpine-lake.jpg', 'resize,w_640'],
    );
    const { pathname, search } = new URL(url);
    const { stdout } = await stack.run('explain', `https://img.demo.test${pathname}${search}`);
    expect(stdout).toContain('the host is that of demo; leave /demo out of the path');
  });

  it.each([
    ['img.other.test', '--host img.other.test is that of other here; there are img.*.test'],
    [
      'https://images.acme.com',
      '--host images.acme.com is not a host of a tenant here; there are img.*.test',
    ],
  ])(
    'is not %s, and is minted for all the same where nothing is to be asked',
    async (host, said) => {
      const asked = ['mint', 'demo', 'alpine-lake.jpg', 'resize,w_640', '--host', host];
      const { code, stderr } = await stack.run(...asked);
      expect([code, stderr]).toEqual([2, `signet: ${said}\n`]);
      expect((await stack.run(...asked, '--no-check')).code).toBe(0);
    },
  );

  it.each(['', 'a b', 'https://h/x', 'ftp://h', '/'])('is not "%s"', async (host) => {
    const { code, stderr } = await stack.run('mint', 'demo', 'a.jpg', '--host', host);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^signet: --host is "/)]);
  });
});
