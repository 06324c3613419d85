import { afterEach, describe, expect, it } from 'vitest';
import { signet, withGrant } from '../../client/signet.ts';
import { acme, edge } from '../client/test-edge.ts';
import { apps, type CheckUser, type HandlerKind, type RunningApp } from './apps.ts';
import { isMissing } from './frameworks.ts';

const images = signet(acme);

/** Allows each user their own images, refuses a request without a user, and throws for `broken`. */
const check: CheckUser = async (user) => {
  if (user === undefined) return undefined;
  if (user === 'broken') throw new Error('the session is away');
  return { scope: `users/${user}/*`, expires: '15m' };
};

const ownPicture = 'acme/users/42/a.jpg__op__grayscale__op__format,f_src';

describe.skipIf(isMissing('handlers that answer with grants'))('a handler', () => {
  describe.each(apps)('for %s', (_name, start) => {
    let app: RunningApp | undefined;
    const asked = async (user: string | undefined, how: HandlerKind): Promise<Response> => {
      app = await start(images, check, how);
      return app.ask(user);
    };
    afterEach(() => app?.close());

    it('answers with a grant as JSON, which withGrant accepts unchanged', async () => {
      const answer = await asked('42', {});
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.getSetCookie()).toEqual(['session=1; Path=/']);
      const granted = withGrant(JSON.parse(await answer.text()));
      const url = granted.url('users/42/a.jpg', 'grayscale');
      expect(url).toMatch(/__op__grayscale\?grant=/);
      expect(await edge(url)).toBe(ownPicture);
      expect(await edge(granted.url('users/43/a.jpg'))).toBe('denied_scope');
    });

    it('answers with a grant as a cookie, in addition to those of the application', async () => {
      const answer = await asked('42', { as: 'cookie', domain: 'example.com' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      const [session, cookie = '', ...more] = answer.headers.getSetCookie();
      expect([session, more]).toEqual(['session=1; Path=/', []]);
      expect(cookie).toMatch(
        /^signet-grant=[\w.-]+; Max-Age=\d+; Domain=example\.com; Path=\/acme; HttpOnly; Secure; SameSite=Lax$/,
      );
      const url = withGrant(JSON.parse(await answer.text())).url('users/42/a.jpg', 'grayscale');
      expect(url).not.toContain('?');
      const sent = `session=1; ${cookie.split(';')[0]}`;
      expect(await edge(url, undefined, sent)).toBe(ownPicture);
      expect(await edge(url)).toBe('forbidden');
    });

    it.each<[HandlerKind, readonly string[]]>([
      [{}, []],
      [{ as: 'cookie' }, ['signet-grant=; Max-Age=0; Path=/acme; HttpOnly; Secure; SameSite=Lax']],
    ])('answers 403 without a grant if the check allows nothing: %j', async (how, cookies) => {
      const answer = await asked(undefined, how);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.getSetCookie()).toEqual(['session=1; Path=/', ...cookies]);
      expect(await answer.text()).toBe('{"error":"forbidden"}');
    });

    it.each([
      ['broken', 'the session is away'],
      ['..', '"users/../*" is not a scope: the path has a . or .. segment'],
    ])('leaves errors to the application: %s', async (user, message) => {
      const answer = await asked(user, { as: 'cookie' });
      expect(answer.status).toBe(500);
      expect(await answer.text()).toBe(`the application says: ${message}`);
      expect(answer.headers.getSetCookie().join()).not.toContain('signet-grant');
    });

    it('is refused if browsers would not send its cookie with the images', async () => {
      await expect(start(images, check, { as: 'cookie', domain: 'other.com' })).rejects.toThrow(
        'domain "other.com" does not cover the image host img.example.com',
      );
    });
  });
});
