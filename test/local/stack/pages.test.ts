import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintGrant } from '../../../shared/request/mint-grant.ts';
import type { Answer } from '../cloudfront/stub-distribution.ts';
import { type RunningStack, startRunningStack } from '../running-stack.ts';
import { picture, policy, type StackClient, stackClient } from './stack-client.ts';

/* Requests of pages to a whole stack that lists two of them, on misses, hits and refusals. */

const own = 'https://www.acme.example';
const other = 'https://www.shop.example';
const unlisted = 'https://evil.example';

let stack: RunningStack;
let client: StackClient;
let cookie: string;

beforeAll(async () => {
  stack = await startRunningStack({
    environment: { SIGNET_CORS_ORIGINS: `${own},${other}` },
  });
  client = await stackClient(stack.instance);
  await client.publish({ ...policy, urls: { ...policy.urls, origins: [own] } });
  await client.put('a.png', await picture('red'));
  const kid = 'r1.1';
  const signingKey = client.keyring.signingKey('acme', kid) ?? '';
  const exp = Math.floor(Date.now() / 1_000) + 600;
  cookie = `signet-grant=${await mintGrant('acme', { scope: ['*'], exp }, { kid, signingKey })}`;
});
afterAll(() => stack.stop());

const corsOf = ({ headers }: Answer): object =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control')));
const exposed = { 'access-control-expose-headers': 'x-signet-error, etag, server-timing' };
const corsFor = (origin: string): object =>
  origin === unlisted
    ? {}
    : {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        ...exposed,
      };

describe('a grant in a cookie', () => {
  const bare = (width: number): string => `/acme/a.png__op__resize,w_${width}`;

  it.each([
    ['the page that the policy names', own, 200, 21],
    ['the page of another tenant', other, 403, 22],
    ['a page that is not listed', unlisted, 403, 23],
    ['a sandboxed page', 'null', 403, 24],
  ])('of %s is %s: %i, on a miss and on a hit', async (_name, origin, status, width) => {
    const ask = (path: string, more = {}) => client.get(path, { headers: { cookie, ...more } });
    const path = bare(width);
    const missed = await ask(path, { origin });
    // An <img> has no Origin. It fills the cache.
    expect((await ask(path)).status).toBe(200);
    const hit = await ask(path, { origin });
    expect((await ask(path)).headers['x-cache']).toBe('Hit from cloudfront');
    for (const answer of [missed, hit]) {
      expect(answer.status).toBe(status);
      expect(answer.headers['x-signet-error']).toBe(status === 200 ? undefined : 'forbidden');
      expect(corsOf(answer)).toEqual(origin === 'null' ? {} : corsFor(origin));
    }
  });
});

describe('the CORS headers', () => {
  it.each([own, other, unlisted])('are right for %s on every kind of answer', async (origin) => {
    const signed = client.path({ operations: [`resize,w_${300 + origin.length}`] });
    const [missed, hit, head, refused, missing] = [
      await client.get(signed, { headers: { origin } }),
      await client.get(signed, { headers: { origin } }),
      await client.get(signed, { method: 'HEAD', headers: { origin } }),
      await client.get('/acme/a.png', { headers: { origin } }),
      await client.get(client.path({ path: 'gone.png' }), { headers: { origin } }),
    ];
    const answers = [missed, hit, head, refused, missing];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403, 404]);
    for (const answer of answers) expect(corsOf(answer)).toEqual(corsFor(origin));
  });

  it('are on no answer to a request without an Origin', async () => {
    const answers = [
      await client.get(client.path()),
      await client.get('/acme/a.png'),
      await client.get('/', { method: 'OPTIONS' }),
    ];
    for (const answer of answers) expect(corsOf(answer)).toEqual({});
  });
});

describe('OPTIONS', () => {
  it.each([own, unlisted])('is answered with 204 for %s, whatever the URL', async (origin) => {
    for (const path of [client.path(), '/anything', '/a%zz//']) {
      const answer = await client.get(path, { method: 'OPTIONS', headers: { origin } });
      expect([answer.status, answer.body.length]).toEqual([204, 0]);
      expect(answer.headers).not.toHaveProperty('content-length');
      expect(answer.headers).not.toHaveProperty('x-signet-error');
      const { 'access-control-allow-headers': names, ...others } = corsOf(answer) as Record<
        string,
        string
      >;
      expect(others).toEqual(
        origin === own
          ? {
              'access-control-allow-origin': own,
              'access-control-allow-credentials': 'true',
              'access-control-allow-methods': 'GET, HEAD',
              'access-control-max-age': '7200',
            }
          : {},
      );
      expect(names ?? '').not.toContain('*');
      expect((names ?? '').includes('if-none-match')).toBe(origin === own);
    }
  });
});

describe('HEAD', () => {
  it('has no length before the image is made, and its length afterwards', async () => {
    const path = client.path({ operations: ['resize,w_77'] });
    const before = await client.get(path, { method: 'HEAD' });
    expect(before.status).toBe(200);
    expect(before.headers).not.toHaveProperty('content-length');
    const whole = await client.get(path);
    const after = await client.get(path, { method: 'HEAD' });
    expect(after.headers['content-length']).toBe(String(whole.body.length));
    expect(after.headers.etag).toBe(before.headers.etag);
  });
});
