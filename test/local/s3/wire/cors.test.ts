import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucket,
  errorCode,
  type Running,
  send,
  signedRequest,
  startEmbedded,
} from '../embedded-s3.ts';

const origins = ['http://localhost:*', 'https://app.example.test'];
let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded({ origins });
});
afterAll(() => embedded.discard());

const path = `/${bucket}/page.png`;
const asked = {
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'content-type,x-amz-meta-focus',
};
const preflight = (origin: string, headers: Record<string, string> = {}) =>
  send(embedded.port, 'OPTIONS', path, { origin, ...asked, ...headers });

describe('a preflight', () => {
  it.each(['http://localhost:3000', 'http://localhost', 'https://app.example.test'])(
    'of %s is allowed, unsigned',
    async (origin) => {
      const { status, headers, body } = await preflight(origin);
      expect([status, body.length]).toEqual([200, 0]);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
        'access-control-allow-headers': asked['access-control-request-headers'],
        vary: expect.stringContaining('Origin'),
      });
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['access-control-allow-private-network']).toBeUndefined();
    },
  );

  it.each(['https://evil.test', 'https://localhost:3000', 'http://localhost.evil.test', 'null'])(
    'of %s is refused',
    async (origin) => {
      const reply = await preflight(origin);
      expect([reply.status, errorCode(reply)]).toEqual([403, 'AccessDenied']);
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
      expect(reply.body.toString()).toContain('SIGNET_ORIGINS');
    },
  );

  it('for a method that no tool uses is refused', async () => {
    const reply = await preflight('http://localhost:1', {
      'access-control-request-method': 'PATCH',
    });
    expect(reply.status).toBe(403);
  });

  it('from a public page is told that it may reach this machine', async () => {
    const name = 'access-control-request-private-network';
    const { headers } = await preflight('https://app.example.test', { [name]: 'true' });
    expect(headers['access-control-allow-private-network']).toBe('true');
  });
});

describe('an answer', () => {
  const read = (headers: Record<string, string>) => signedRequest({ ...embedded, path, headers });

  it('can be read by a page of a listed origin, errors included', async () => {
    const origin = 'http://localhost:3000';
    const { status, headers } = await read({ origin });
    expect(status).toBe(404);
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(String(headers['access-control-expose-headers'])).toContain('etag');
    const unsigned = await send(embedded.port, 'GET', path, { origin });
    expect(unsigned.headers['access-control-allow-origin']).toBe(origin);
  });

  it('cannot be read by other pages, and has no CORS headers without an origin', async () => {
    const { headers } = await read({ origin: 'https://evil.test' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    const own = await read({});
    expect(Object.keys(own.headers).filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    );
  });
});
