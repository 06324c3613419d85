import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningConsole, startConsole } from '../../../console/server/server.ts';
import { createMemoryInstallation } from '../../operator/memory-installation.ts';
import { emptyPage } from '../console-stack.ts';

type Opened = { readonly console: RunningConsole; readonly own: string; readonly cookie: string };

const memory = createMemoryInstallation();

async function openConsole(target: string): Promise<Opened> {
  const console = await startConsole({
    ...{ port: 0, target, files: emptyPage, clock: Date.now },
    open: () => memory.open(),
  });
  const { headers } = await fetch(console.address);
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  return { console, own: `http://127.0.0.1:${console.port}`, cookie };
}

let local: Opened;
let deployed: Opened;
beforeAll(async () => {
  await memory.publish('acme', { fallback: 'nothing.jpg' });
  for (const path of ['albums/a.jpg', 'albums/b.jpg'])
    await memory.sources.put(`acme/${path}`, Buffer.from('x'), { contentType: 'image/jpeg' });
  local = await openConsole('local');
  deployed = await openConsole('aws:prod');
});
afterAll(async () => {
  await local.console.close();
  await deployed.console.close();
});

const get = (path: string, { own, cookie }: Opened = local) =>
  fetch(`${own}${path}`, { headers: { cookie } });

async function call(name: string, input: object, accept = 'application/json') {
  const { own, cookie } = local;
  const answer = await fetch(`${own}/api/${name}`, {
    method: 'POST',
    headers: { cookie, accept, origin: own, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Opens a stream and leaves it open. Returns its status and how to close it. */
const openStream = () =>
  new Promise<{ readonly status: number; readonly close: () => void }>((resolve, reject) => {
    const asked = request(`${local.own}/events`, { headers: { cookie: local.cookie } }, (answer) =>
      resolve({ status: answer.statusCode ?? 0, close: () => asked.destroy() }),
    );
    asked.on('error', reject).end();
  });

describe('the stream of requests', () => {
  it('begins with whether the stack runs', async () => {
    const answer = await get('/events');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    // Nothing listens at the address of an installation in memory.
    expect(Buffer.from(value ?? []).toString()).toContain(
      'event: state\ndata: {"running":false}\n\n',
    );
    await reader?.cancel();
  });

  it('needs the cookie, and no other page can read it', async () => {
    expect((await fetch(`${local.own}/events`)).status).toBe(401);
    const headers = { cookie: local.cookie, origin: 'http://evil.example' };
    expect((await fetch(`${local.own}/events`, { headers })).status).toBe(403);
  });

  it('is refused to a fifth page, until one of the others is closed', async () => {
    const open: Awaited<ReturnType<typeof openStream>>[] = [];
    await expect
      .poll(async () => {
        open.push(await openStream());
        return open.at(-1)?.status;
      })
      .toBe(400);
    expect(open.filter(({ status }) => status === 200).length).toBe(4);
    open[0]?.close();
    await expect.poll(async () => (await openStream()).status).toBe(200);
    for (const { close } of open) close();
  });

  it('of a deployed stack is refused with what to do instead', async () => {
    const answer = await get('/events', deployed);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('reads the last minutes of it'),
    ]);
  });
});

describe('a call', () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ['keys', { tenant: 'nobody' }, 'there is no tenant nobody'],
    ['keys', { tenant: '../acme' }, 'tenant'],
    ['rotateKey', { tenant: 'acme', reason: ' ' }, 'the reason is empty'],
    ['rotateKey', { tenant: 'acme', reason: 'a\u001bb' }, 'contains a control character'],
    ['rotateKey', { tenant: '*', reason: 'x' }, 'is not a tenant name'],
    ['rotateKey', { tenant: './policies', reason: 'x' }, 'is not a tenant name'],
    ['retireKey', { tenant: 'a/', kid: 'r1.1', reason: 'x' }, 'is not a tenant name'],
    ['retireKey', { tenant: 'acme', kid: 'r1.1', reason: 'x' }, 'rotate first'],
    ['retireKey', { tenant: 'acme', kid: 'r9.9', reason: 'x' }, 'does not accept r9.9'],
    ['retireRootKey', { root: 'r1' }, 'add another root key first'],
    ['retireRootKey', { root: 'r9' }, 'there is no root key r9'],
    ['browseSources', { tenant: 'nobody', folder: '' }, 'there is no tenant nobody'],
    ['planRemoval', { tenant: 'acme', scope: 'albums/' }, 'is a folder'],
    ['planRemoval', { tenant: 'acme', scope: 'nothing.jpg' }, 'there is no source nothing.jpg'],
    ['removeSources', { tenant: 'acme', scope: '' }, 'malformed'],
    ['purge', { tenant: 'acme', scope: '../x' }, 'malformed'],
    ['acknowledge', { id: 'x', reason: 'known', withdrawn: false }, 'doctor finds no problem x'],
    ['recentRequests', { minutes: 5 }, 'has no log in CloudWatch'],
    ['usage', { since: '2026-13-01' }, 'the first day is "2026-13-01"'],
    ['usage', { by: 'week' }, 'by'],
  ];
  it.each(refused)('%s with %j is refused in one sentence', async (name, input, sentence) => {
    const { status, text } = await call(name, input);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(text).message).toContain(sentence);
    expect(text).not.toMatch(/\n {4}at /);
  });

  it('that plans a deletion changes nothing', async () => {
    const { text } = await call('planRemoval', { tenant: 'acme', scope: 'albums/*' });
    expect(JSON.parse(text).question).toContain('It covers 2 sources and 0 stored derivatives');
    expect(memory.sources.objects.has('acme/albums/a.jpg')).toBe(true);
  });

  it('that takes long tells how far it has come, and last what it found', async () => {
    const { text } = await call('doctor', {}, 'application/x-ndjson');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ progress: { done: 0, total: 1 } });
    expect(lines.at(-1).value).toMatchObject({ checks: expect.any(Number), errors: 1 });
  });

  it('that fails in between ends with its failure', async () => {
    const input = { tenant: 'acme', scope: 'nothing.jpg' };
    const { status, text } = await call('removeSources', input, 'application/x-ndjson');
    expect([status, JSON.parse(text).error]).toEqual([422, 'not_found']);
  });
});

describe('the CSV of usage', () => {
  it('is refused as the call is', async () => {
    const answer = await get('/usage.csv?since=yesterday');
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: 'usage', message: expect.stringContaining('write a day such as 2026-08-01') },
    ]);
  });
});
