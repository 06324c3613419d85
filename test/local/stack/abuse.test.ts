import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../cli/in-process.ts';
import { type RunningStack, startRunningStack } from '../running-stack.ts';
import { colourOf, picture, policy, type StackClient, stackClient } from './stack-client.ts';

const foreignHosts = ['evil.example', '169.254.169.254', 'a'.repeat(255)];

let stack: RunningStack;
let client: StackClient;

beforeAll(async () => {
  // Other hosts are refused. These must make no difference even where they are allowed.
  stack = await startRunningStack({ environment: { SIGNET_HOSTS: foreignHosts.join() } });
  client = await stackClient(stack.instance);
  await client.publish(policy);
  await client.put('a.png', await picture('red'));
});
afterAll(() => stack?.stop());

type LogLine = { readonly outcome?: string; readonly path?: string };

/** The log lines of the functions about a source. */
async function logged(source: string): Promise<readonly LogLine[]> {
  const text = await readFile(path.join(stack.home, 'logs', 'edge.log'), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as LogLine).filter((line) => line.path === source);
}

/** Headers that were used for cache poisoning in other services. */
const viewers: readonly Readonly<Record<string, string>>[] = [
  ...[...foreignHosts, 'localhost:1', '[::1]'].map((Host) => ({ Host })),
  ...[
    'X-Forwarded-Host',
    'X-Forwarded-For',
    'X-Forwarded-Port',
    'X-Forwarded-Scheme',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'Forwarded',
    'True-Client-IP',
    'X-Client-IP',
    'CF-Connecting-IP',
    'X-Host',
    'X-Original-Host',
    'Via',
    'CDN-Loop',
    'X-Amz-Date',
    'X-Amz-Security-Token',
    'X-Amz-Meta-Focus',
    'X-Amz-Content-Sha256',
    'Authorization',
    'Proxy-Authorization',
    'Origin',
    'Referer',
    'User-Agent',
    'Cookie',
    'Accept-Language',
    'Accept-Encoding',
    'Accept-Charset',
    'Cache-Control',
    'Pragma',
    'DNT',
    'Save-Data',
    'Width',
    'DPR',
    'Viewport-Width',
    'Content-Type',
    'X-Signet-Error',
    'Access-Control-Request-Method',
    'Upgrade-Insecure-Requests',
    'Sec-Fetch-Dest',
    'Purpose',
    'TE',
  ].map((name) => ({ [name]: '/acme/b.png; gzip, no-cache, https://evil.example' })),
  { Accept: '*/*' },
  { Accept: 'image/avif,image/webp' },
  { Accept: 'text/html;q=1, image/webp;q=0.9' },
  { 'If-None-Match': '"other"' },
  { 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  { 'If-Match': '"other"' },
  { 'If-Range': '"other"', Range: 'bytes=0-9' },
];

describe('headers of a viewer', () => {
  it('are fifty in this test', () => expect(viewers.length).toBeGreaterThanOrEqual(50));

  it('change neither the answer nor the stored derivative', async () => {
    const fixed = client.path({ operations: ['resize,w_40', 'format,f_jpg'] });
    // The first request renders the image and fills the cache.
    const first = await client.get(fixed, { headers: viewers[0] ?? {} });
    expect(first.status).toBe(200);
    for (const headers of viewers) {
      const answer = await client.get(fixed, { headers });
      expect(answer.status, JSON.stringify(headers)).toBe(200);
      expect(answer.body.equals(first.body), JSON.stringify(headers)).toBe(true);
      expect(answer.headers['content-type']).toBe('image/jpeg');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(await client.derivatives('a.png__op__resize,w_40__op__format,f_jpg')).toHaveLength(1);
    expect((await logged('a.png')).filter(({ outcome }) => outcome === 'rendered')).toHaveLength(1);
  });

  it('cannot make the cache store a part of an image or an empty answer', async () => {
    const fixed = client.path({ operations: ['resize,w_41'] });
    const part = await client.get(fixed, { headers: { Range: 'bytes=0-9' } });
    expect(part.status).toBe(200);
    const head = await client.get(fixed, { method: 'HEAD' });
    expect(head.body).toHaveLength(0);
    const whole = await client.get(fixed);
    expect(await colourOf(whole.body)).toEqual([255, 0, 0]);
    expect(whole.body.equals(part.body)).toBe(true);
    const again = await client.get(fixed, { headers: { Range: 'bytes=0-9' } });
    expect([again.status, again.body.length]).toEqual([206, 10]);
  });
});

describe('a storm of requests', () => {
  it('for a missing source reads it at most twice in a minute', async () => {
    const missing = client.path({ path: 'missing.png' });
    const codes = new Set<string>();
    for (let batch = 0; batch < 6; batch += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => client.get(missing)));
      for (const { text } of answers) codes.add(text);
    }
    expect([...codes]).toEqual(['{"error":"source_missing"}']);
    const reads = (await logged('missing.png')).filter((one) => one.outcome === 'source_missing');
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.length).toBeLessThanOrEqual(2);
  });

  it('for a new image renders it once', async () => {
    await client.put('once.png', await picture('blue'));
    const once = client.path({ path: 'once.png' });
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.get(once)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // The line is written after the answer.
    await expect.poll(async () => (await logged('once.png')).length).toBeGreaterThan(0);
    expect((await logged('once.png')).filter((one) => one.outcome === 'rendered')).toHaveLength(1);
  });
});

describe('a purge of a prefix', () => {
  const colours = async (paths: readonly string[]): Promise<readonly (readonly number[])[]> => {
    const answers = [];
    for (const one of paths) answers.push(await client.get(client.path({ path: one })));
    return Promise.all(answers.map(({ body }) => colourOf(body)));
  };
  const purge = (scope: string) =>
    command(['purge', 'acme', scope, '--json'], { SIGNET_HOME: stack.home });

  it('deletes the derivatives below the prefix and nothing else', async () => {
    const below = ['album/1.png', 'album/deep/2 ü.png'];
    const beside = ['album.png', 'album2/1.png', 'other/album/1.png'];
    for (const one of [...below, ...beside]) await client.put(one, await picture('red'));
    await colours([...below, ...beside]);
    const { code, stdout } = await purge('album/*');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ derivatives: 2, sources: 2 });
    expect(await client.derivatives('album/')).toEqual([]);
    for (const one of beside) expect(await client.derivatives(`${one}__op__`)).toHaveLength(1);
    // Neither bucket nor cache has an old answer, so both are rendered again.
    await colours(below);
    for (const one of below)
      expect((await logged(one)).filter(({ outcome }) => outcome === 'rendered')).toHaveLength(2);
  });

  it.each(['album/../*', ''])('that is invalid is refused: %j', async (scope) => {
    const before = await client.derivatives('');
    const { code, stderr } = await purge(scope);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: 'malformed' });
    expect(await client.derivatives('')).toEqual(before);
  });

  it('of everything leaves other tenants alone', async () => {
    await client.publish({ ...policy, tenant: 'acme-2' });
    await client.stores.sources.put('acme-2/a.png', await picture('red'), {
      contentType: 'image/png',
    });
    await client.get(client.path({ tenant: 'acme-2' }));
    expect((await purge('*')).code).toBe(0);
    expect(await client.derivatives('')).toEqual([]);
    expect((await client.get(client.path({ tenant: 'acme-2' }))).headers['age']).toBeDefined();
  });
});
