import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTo, type CommandStack, picture, startCommandStack } from './stack.ts';

let stack: CommandStack;
beforeAll(async () => {
  stack = await startCommandStack();
  await stack.publish('club', {
    operations: { resize: { w: [16, 32] } },
    presets: { thumb: 'resize,w_16' },
    urls: { maxLifetime: 86_400 },
  });
  await stack.publish('closed', { operations: {}, urls: { grants: false } });
  await stack.upload('club', 'albums/1/a b.jpg', await picture('#336699'));
  await stack.upload('club', 'other.jpg', await picture('#996633'));
});
afterAll(() => stack.stop());

type Minted = {
  readonly grant: string;
  readonly kid: string;
  readonly scope: readonly string[];
  readonly exp: number;
};
const mint = (...words: readonly string[]) => stack.json<Minted>('grant', ...words);
const urlOf = (path: string, grant: string, recipe = 'resize,w_16'): string =>
  `${stack.address}/club/${encodeURI(path)}__op__${recipe}?grant=${grant}`;

describe('signet grant', () => {
  it('prints one signature that serves every URL in its scope', async () => {
    const { stdout } = await stack.run('grant', 'club', 'albums/1/*');
    const text = stdout.trim();
    expect(text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{43}$/);
    for (const recipe of ['resize,w_16', 'resize,w_32', 'style,n_thumb'])
      expect(await answerTo(urlOf('albums/1/a b.jpg', text, recipe))).toBe('200');
    expect(await answerTo(urlOf('other.jpg', text))).toBe('denied_scope');
    expect(await answerTo(urlOf('albums/1/a b.jpg', text, 'resize,w_17'))).toBe('denied_value');
  });

  it('works in a cookie', async () => {
    const { grant } = await mint('club', '*');
    const url = `${stack.address}/club/other.jpg__op__resize,w_32`;
    const { status } = await fetch(url, { headers: { cookie: `signet-grant=${grant}` } });
    expect(status).toBe(200);
    expect(await answerTo(url)).toBe('forbidden');
  });

  it('prints its claims as JSON', async () => {
    const words = ['club', 'a.jpg', 'b/*', '--preset', 'thumb', '--expires', '1h'];
    const { exp, ...minted } = await mint(...words);
    expect(minted).toEqual({
      grant: expect.any(String),
      tenant: 'club',
      kid: 'r1.1',
      scope: ['a.jpg', 'b/*'],
      presets: ['thumb'],
    });
    const left = exp - Date.now() / 1_000;
    expect([left > 2_600, left <= 3_600]).toEqual([true, true]);
  });

  it.each([
    [['club', '../x'], 1, /"\.\.\/x" is not a scope: /],
    [['club', 'a', '--expires', 'never'], 2, /a grant must expire/],
    [['club', 'a', '--expires', '2d'], 1, /^signet: denied_lifetime: /],
    [['club', 'a', '--preset', 'thum'], 1, /the policy has no preset "thum"; its presets: thumb/],
    [['club', 'a', '--not-before', 'x'], 2, /is not a duration/],
    [['club', 'a', '--not-before', '1h'], 2, /valid only after 3600 s; write a longer --expires/],
    [['club', 'a', '--not-before', '2h', '--no-check'], 2, /write a longer --expires/],
    [['closed', 'a'], 1, /^signet: denied_grant: the policy does not accept grants/],
    [['nobody', 'a'], 1, /there is no tenant nobody/],
    [['UP', 'a'], 2, /is not a tenant name/],
    [['club'], 2, /missing required argument/],
  ])('%j ends with %i', async (words, code, message) => {
    const ended = await stack.run('grant', ...words);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(message);
  });
});

describe('a scope that probably covers nothing', () => {
  it.each([
    [
      'albums*',
      'scope "albums*" covers one source with exactly this name; for all sources in a folder write FOLDER/*',
    ],
    [
      'club/albums/1/*',
      'scope "club/albums/1/*" begins with the tenant; leave the tenant out of a scope',
    ],
    [
      'albums/1/a%20b.jpg',
      'scope "albums/1/a%20b.jpg" looks percent-encoded; write the plain name: albums/1/a b.jpg',
    ],
    ['albums/1/*', undefined],
    ['*', undefined],
    ['100%.jpg', undefined],
  ])('is granted with a warning: %s', async (scope, warning) => {
    const { code, stderr } = await stack.run('grant', 'club', scope);
    expect([code, stderr]).toEqual([
      0,
      warning === undefined ? '' : `signet: warning: ${warning}\n`,
    ]);
  });
});

describe('explain', () => {
  type Explained = {
    readonly stages: readonly { readonly stage: string; readonly data: Record<string, unknown> }[];
    readonly refusal?: { readonly code: string; readonly rule: string | null };
  };
  async function explainUrl(...words: readonly string[]): Promise<Explained> {
    const { stdout } = await stack.run('explain', ...words, '--json');
    return JSON.parse(stdout) as Explained;
  }
  const verifyIn = ({ stages }: Explained) => stages.find(({ stage }) => stage === 'verify')?.data;

  it('shows what a grant covers, in the query and in a cookie', async () => {
    const { grant } = await mint('club', 'albums/1/*', '--preset', 'thumb');
    const shown = { kid: 'r1.1', grant: true, scope: ['albums/1/*'], presets: ['thumb'] };
    expect(verifyIn(await explainUrl(urlOf('albums/1/a b.jpg', grant)))).toMatchObject(shown);
    const bare = '/club/albums/1/a%20b.jpg__op__resize,w_16';
    const cookie = `x=1; signet-grant=${grant}`;
    expect(verifyIn(await explainUrl(bare, '--cookie', cookie))).toMatchObject(shown);
  });

  it('names the rule that a grant violates', async () => {
    const { grant } = await mint('club', 'albums/1/*', '--preset', 'thumb');
    expect((await explainUrl(urlOf('other.jpg', grant))).refusal).toMatchObject({
      code: 'denied_scope',
      rule: 'grant.scope',
      allowed: ['albums/1/*'],
    });
    const wide = await explainUrl(urlOf('albums/1/a b.jpg', grant, 'resize,w_32'));
    expect(wide.refusal).toMatchObject({ code: 'denied_preset', allowed: ['thumb'] });
  });

  it('names the usual mistakes', async () => {
    const { signingKey } = await stack.json<{ signingKey: string }>('keys', 'show', 'club');
    const { grant } = await mint('club', '*');
    const input = grant.split('.').slice(0, 2).join('.');
    const key = Buffer.from(signingKey.slice(4), 'base64url');
    const wrong = `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
    expect(verifyIn(await explainUrl(urlOf('other.jpg', wrong)))).toMatchObject({
      refusal: 'forbidden',
      mistake: 'the signing key was decoded; use its 47 characters as they are',
    });
  });
});
