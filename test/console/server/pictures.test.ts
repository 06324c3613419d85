import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningConsole, startConsole } from '../../../console/server/server.ts';
import { createMemoryInstallation } from '../../operator/memory-installation.ts';
import { emptyPage } from '../console-stack.ts';

/* Pictures of others: whatever they are, a browser that is signed in to the console runs nothing in them. */

let cdn: Server;
let base = '';
let answer: { readonly status: number; readonly type: string; readonly body: string };
let running: RunningConsole;
let cookie = '';

beforeAll(async () => {
  cdn = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type, 'set-cookie': 'a=b' });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  const memory = createMemoryInstallation();
  const installation = { ...(await memory.open()), address: base };
  running = await startConsole({
    ...{ port: 0, target: 'local', files: emptyPage, clock: Date.now },
    open: async () => installation,
  });
  cookie = (await fetch(running.address)).headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await running.close();
  cdn.close();
});

const view = (url: string) =>
  fetch(`http://127.0.0.1:${running.port}/picture/view?${new URLSearchParams({ url })}`, {
    headers: { cookie },
  });

describe('a picture', () => {
  it.each([
    ['text/html', '<script>alert(1)</script>'],
    ['image/svg+xml', '<svg onload="alert(1)"/>'],
    ['application/javascript', 'alert(1)'],
    ['image/png, text/html', 'x'],
  ])('of type %s is bytes in a sandbox', async (type, body) => {
    answer = { status: 200, type, body };
    const { headers } = await view(`${base}/acme/cat.jpg`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('keeps its type, and says what the viewer would get', async () => {
    answer = { status: 403, type: 'image/png', body: 'x' };
    const { headers, status } = await view(`${base}/acme/cat.jpg`);
    expect([status, headers.get('content-type'), headers.get('x-viewed-status')]).toEqual([
      ...[200, 'image/png', '403'],
    ]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:1/acme/cat.jpg',
    'file:///etc/passwd',
    'https://img.example.com@evil.example/',
    '//evil.example/',
    '',
  ])('of another address is not asked for: %s', async (url) => {
    const refused = await view(url);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      error: 'usage',
      message: `only URLs of ${base} can be viewed`,
    });
  });
});
