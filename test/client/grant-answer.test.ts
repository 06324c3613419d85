import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CookieOptions, grantAnswers } from '../../client/lib/grant-answer.ts';
import { type SignetOptions, signet, withGrant } from '../../client/signet.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);
const scope = 'users/42/*';

afterEach(() => {
  vi.useRealTimers();
});

/** The parts of the cookie in an answer. */
async function cookieOf(options: CookieOptions, place: SignetOptions = {}) {
  const answers = grantAnswers(signet({ ...acme, ...place }), {
    ...{ as: 'cookie', grant: () => ({ scope }) },
    ...options,
  });
  const { cookie = '' } = await answers(undefined);
  const [grant = '', ...attributes] = cookie.split('; ');
  return { grant: grant.replace('signet-grant=', ''), attributes };
}

describe('an answer with a grant', () => {
  it('has a body that withGrant accepts unchanged', async () => {
    const answers = grantAnswers(images, { grant: (user: string) => ({ scope: `${user}/*` }) });
    const { status, cookie, body } = await answers('ü/42');
    expect([status, cookie]).toEqual([200, undefined]);
    if (!('exp' in body)) throw new Error('the answer has no grant');
    expect(body).toEqual({
      ...{ url: acme.url, tenant: 'acme' },
      grant: body.grant,
      exp: body.exp,
    });
    expect(decodeJwt(`${body.grant}`)).toMatchObject({ scope: 'ü/42/*', exp: body.exp });
    const granted = withGrant(JSON.parse(JSON.stringify(body)));
    expect(await edge(granted.url('ü/42/a.jpg'))).toMatch(/^acme\/ü\/42\/a\.jpg__op__/);
    expect(await edge(granted.url('b/a.jpg'))).toBe('denied_scope');
  });

  it('has the grant only in the cookie, if the handler is set to cookie', async () => {
    const answers = grantAnswers(images, { grant: async () => ({ scope }), as: 'cookie' });
    const { cookie = '', body } = await answers(undefined);
    expect(JSON.stringify(body)).toMatch(
      /^\{"url":"https:\/\/img\.example\.com","tenant":"acme","exp":\d+\}$/,
    );
    const [sent] = cookie.split('; ');
    const url = withGrant(JSON.parse(JSON.stringify(body))).url('users/42/a.jpg');
    expect(url).toBe('https://img.example.com/acme/users/42/a.jpg');
    expect(await edge(url, undefined, sent)).toMatch(/^acme\/users\/42\/a\.jpg__op__/);
  });

  it('says whether the host serves only this tenant', async () => {
    const own = signet({ ...acme, url: 'https://img.acme.com', ownHost: true });
    const { body } = await grantAnswers(own, { grant: () => ({ scope: '*' }) })(undefined);
    const url = withGrant(JSON.parse(JSON.stringify(body))).url('a.jpg');
    expect(url).toMatch(/^https:\/\/img\.acme\.com\/a\.jpg\?grant=/);
    expect(await edge(url)).toBe('acme/a.jpg__op__format,f_src');
  });

  it.each([undefined, null])(
    'is 403 if the check returns %s, and deletes the cookie',
    async (answer) => {
      const nothing = { grant: () => answer };
      const body = { error: 'forbidden' };
      expect(await grantAnswers(images, nothing)(undefined)).toEqual({ status: 403, body });
      expect(await grantAnswers(images, { ...nothing, as: 'cookie' })(undefined)).toEqual({
        ...{ status: 403, body },
        cookie: 'signet-grant=; Max-Age=0; Path=/acme; HttpOnly; Secure; SameSite=Lax',
      });
    },
  );

  it('is not given if the check throws or returns an invalid scope', async () => {
    const failing = grantAnswers(images, {
      grant: () => {
        throw new TypeError('the session is away');
      },
    });
    await expect(failing(undefined)).rejects.toThrow(new TypeError('the session is away'));
    const wide = grantAnswers(images, { grant: () => ({ scope: 'users/../*' }) });
    await expect(wide(undefined)).rejects.toMatchObject({ code: 'malformed' });
  });
});

describe('the cookie', () => {
  it.each<[CookieOptions, SignetOptions, readonly string[]]>([
    [{}, {}, ['Path=/acme', 'HttpOnly', 'Secure', 'SameSite=Lax']],
    [
      { domain: 'example.com' },
      {},
      ['Domain=example.com', 'Path=/acme', 'HttpOnly', 'Secure', 'SameSite=Lax'],
    ],
    [
      { domain: '.Example.com', path: '/', sameSite: 'None' },
      {},
      ['Domain=example.com', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=None'],
    ],
    [
      { domain: 'img.example.com', path: '/acme/', sameSite: 'Strict' },
      { url: 'https://IMG.example.com:8443/' },
      ['Domain=img.example.com', 'Path=/acme/', 'HttpOnly', 'Secure', 'SameSite=Strict'],
    ],
    [{}, { ownHost: true }, ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']],
  ])('of %j at %j is sent with the images', async (options, place, attributes) => {
    const cookie = await cookieOf(options, place);
    const [age, ...others] = cookie.attributes;
    expect(age).toMatch(/^Max-Age=[1-9]\d+$/);
    expect(others).toEqual(attributes);
    expect(decodeJwt(cookie.grant)).toMatchObject({ scope });
  });

  it.each([0, 1, 500, 999])(
    'does not outlive the grant, %i ms into a second',
    async (milliseconds) => {
      const now = Date.parse('2026-07-01T00:00:07Z') + milliseconds;
      vi.useFakeTimers({ now, toFake: ['Date'] });
      const { grant, attributes } = await cookieOf({});
      const [, seconds = ''] = /^Max-Age=(\d+)$/.exec(attributes[0] ?? '') ?? [];
      const ends = now + Number(seconds) * 1_000;
      const { exp = 0 } = decodeJwt(grant);
      expect(ends).toBeLessThanOrEqual(exp * 1_000);
      expect(ends).toBeGreaterThan((exp - 1) * 1_000);
    },
  );

  it.each([
    ['com', '"com" does not cover the image host img.example.com'],
    ['ample.com', '"ample.com" does not cover the image host img.example.com'],
    ['app.example.com', '"app.example.com" does not cover the image host img.example.com'],
    [
      'img.example.com.evil.example',
      '"img.example.com.evil.example" does not cover the image host img.example.com',
    ],
    ['example.com; Path=/', '"example.com; path=/" does not cover the image host img.example.com'],
    ['', '"" does not cover the image host img.example.com'],
  ])('is refused immediately for the domain %j', async (domain, sentence) => {
    const refused = await refusalOf(() =>
      grantAnswers(images, { grant: () => undefined, as: 'cookie', domain }),
    );
    expect(refused).toEqual({
      code: 'malformed',
      message: `domain ${sentence}`,
    });
  });

  it.each(['/other', '/acme2', '/acm', 'acme', '', '/acme; Domain=example.com', '/acme/users'])(
    'is refused immediately for the path %j',
    async (path) => {
      const refused = await refusalOf(() =>
        grantAnswers(images, { grant: () => undefined, as: 'cookie', path }),
      );
      expect(refused).toEqual({
        code: 'malformed',
        message: `path "${path}" does not cover the image path /acme`,
      });
    },
  );

  it.each([
    [{ as: 'cookies' }, 'as must be json or cookie'],
    [{ as: 'cookie', sameSite: 'lax' }, 'sameSite must be Strict, Lax or None'],
  ])('is refused for the misspelled %j', async (wrong, message) => {
    const options = { grant: () => undefined, ...wrong } as unknown as { grant: () => undefined };
    const refused = await refusalOf(() => grantAnswers(images, options));
    expect(refused).toEqual({ code: 'malformed', message });
  });
});
