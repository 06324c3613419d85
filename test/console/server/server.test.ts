import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningConsole, startConsole } from '../../../console/server/server.ts';
import { createMemoryInstallation } from '../../operator/memory-installation.ts';
import { emptyPage } from '../console-stack.ts';

type Headers = Readonly<Record<string, string>>;
type Asked = { readonly method?: string; readonly headers?: Headers; readonly body?: string };

let running: RunningConsole;
let own = '';
let cookie = '';
const memory = createMemoryInstallation();
beforeAll(async () => {
  await memory.publish('acme', { operations: { format: { f: ['src'] } } });
  running = await startConsole({
    ...{ port: 0, target: 'local', files: emptyPage, clock: Date.now },
    open: () => memory.open(),
  });
  own = `http://127.0.0.1:${running.port}`;
  const { headers } = await fetch(running.address);
  cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(() => running.close());

/** Sends any headers, which `fetch` would not. */
const ask = (path: string, { method = 'GET', headers = {}, body }: Asked = {}) =>
  new Promise<{ status: number; headers: Headers; text: string }>((resolve, reject) => {
    const sent = request(`${own}${path}`, { method, headers: { cookie, ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => {
        text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers as Headers, text }),
      );
    });
    sent.on('error', reject).end(body);
  });

const json = { 'content-type': 'application/json' };
const post = (path: string, body: string, headers: Headers = {}) =>
  ask(path, { method: 'POST', headers: { origin: own, ...json, ...headers }, body });

describe('the address that is printed', () => {
  it('sets a cookie that no script reads and no other site sends, and leaves the token behind', async () => {
    const answer = await fetch(running.address);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^signet-console-\d+=[\w-]{24}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    expect(await answer.text()).toContain('content="0;url=/"');
  });

  it.each(['', 'x', 'ü'.repeat(24)])('signs nobody in with the token "%s"', async (token) => {
    const path = `/?token=${encodeURIComponent(token)}`;
    const answer = await ask(path, { headers: { cookie: '' } });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
  });
});

describe('a request', () => {
  const foreign: readonly (readonly [string, string, Asked, number])[] = [
    ['without a cookie', '/', { headers: { cookie: '' } }, 401],
    [
      'with the cookie of an earlier start',
      '/',
      { headers: { cookie: 'signet-console-1=x' } },
      401,
    ],
    ['under another name', '/', { headers: { host: 'evil.example' } }, 403],
    ['under the name of another port', '/', { headers: { host: '127.0.0.1:1' } }, 403],
    ['of another origin', '/api/overview', { headers: { origin: 'http://evil.example' } }, 403],
    ['of the origin null', '/api/overview', { headers: { origin: 'null' } }, 403],
    ['of another port', '/api/overview', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
    ['without an origin', '/api/overview', {}, 403],
    ['of a form', '/api/overview', { headers: { 'content-type': 'text/plain' } }, 403],
  ];
  it.each(foreign)('%s is refused', async (_what, path, asked, status) => {
    const method = path === '/' ? 'GET' : 'POST';
    const answer = await ask(path, { method, ...asked, headers: { ...json, ...asked.headers } });
    expect(answer.status).toBe(status);
    expect(answer.text.trim()).toMatch(/^[A-Z].*[./]$/);
  });

  it('of a form is refused also with the own origin', async () => {
    expect(await post('/api/overview', '{}', { 'content-type': 'text/plain' })).toMatchObject({
      status: 400,
    });
  });

  it('of the page is answered', async () => {
    const { status, text } = await post('/api/overview', '{}');
    expect([status, JSON.parse(text)]).toEqual([
      200,
      expect.objectContaining({ target: 'local', tenants: ['acme'] }),
    ]);
  });

  it.each([
    ['/api/overview', '{', 400],
    ['/api/overview', `{"more":"${'x'.repeat(1_000_000)}"}`, 400],
    ['/api/nothing', '{}', 400],
    ['/api/constructor', '{}', 400],
    ['/api/policy', '{}', 400],
    ['/api/policy', '{"tenant":"nobody"}', 422],
    ['/api/policy', '{"tenant":"../acme"}', 400],
    ['/elsewhere', '{}', 405],
  ])('%s with %.20s is answered with one sentence', async (path, body, status) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/\n {4}at /);
  });
});

describe('an answer', () => {
  it.each(['/', '/policies', '/?token=x', '/nothing.js', '/picture/view'])(
    'of %s lets a browser run and frame nothing but the console',
    async (path) => {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      });
    },
  );

  it('of an address of a view is the page', async () => {
    expect(await ask('/policies/acme')).toMatchObject({ status: 200, text: 'page' });
  });
});
