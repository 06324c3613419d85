import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitOf, type RunningStack, spawnStack, startRunningStack } from '../running-stack.ts';
import { colourOf, picture, policy, type StackClient, stackClient } from './stack-client.ts';

let home = '';
let stack: RunningStack;
let client: StackClient;

async function start(): Promise<void> {
  stack = await startRunningStack({ home });
  client = await stackClient(stack.instance);
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-stop-'));
  await start();
  await client.publish(policy);
  const noise = { raw: { width: 800, height: 600, channels: 3 } } as const;
  const body = await sharp(randomBytes(800 * 600 * 3), noise)
    .jpeg()
    .toBuffer();
  await client.put('slow.jpg', body);
  await client.put('a.png', await picture('red'));
});
afterAll(async () => {
  await stack?.stop('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

const temporaries = async (): Promise<readonly string[]> =>
  (await readdir(home, { recursive: true })).filter((name) => name.endsWith('.tmp'));

type LogLine = { readonly outcome?: string; readonly path?: string };
async function outcomes(source: string): Promise<readonly (string | undefined)[]> {
  const text = await readFile(path.join(home, 'logs', 'edge.log'), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  const read = lines.map((line) => JSON.parse(line) as LogLine);
  return read.filter((line) => line.path === source).map(({ outcome }) => outcome);
}

const slow = (): string =>
  client.path({ path: 'slow.jpg', operations: ['blur,s_2', 'format,f_avif'] });

describe('Ctrl-C', () => {
  it('during a render lets the request finish, and exits with 0', async () => {
    const answer = client.get(slow());
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    // When viewer-request has allowed the request, the render is in progress.
    while (!(await outcomes('slow.jpg')).includes('allowed'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(answered).toBe(false);
    stack.child.kill('SIGINT');
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body.subarray(4, 12).toString()).toBe('ftypavif');
    expect(await exitOf(stack.child)).toBe(0);
    expect(await temporaries()).toEqual([]);
    expect(await readdir(home)).not.toContain('instance.json');
    expect(stack.output()).toContain('Stopping after the requests in progress');
  });

  it('and a new start keep the derivative: nothing is rendered again', async () => {
    await start();
    const { status, headers } = await client.get(slow());
    expect([status, headers['x-cache']]).toEqual([200, 'Miss from cloudfront']);
    // The log is written after the answer.
    await expect
      .poll(async () => (await outcomes('slow.jpg')).toSorted())
      .toEqual(['allowed', 'allowed', 'rendered', 'stored']);
  });

  it('twice stops at once', async () => {
    const url = client.path({ path: 'slow.jpg', operations: ['blur,s_1', 'format,f_avif'] });
    const before = (await outcomes('slow.jpg')).length;
    const answer = client.get(url).catch(() => 'dropped');
    while ((await outcomes('slow.jpg')).length === before)
      await new Promise((resolve) => setTimeout(resolve, 10));
    stack.child.kill('SIGINT');
    stack.child.kill('SIGTERM');
    expect(await exitOf(stack.child)).toBe(1);
    expect(await answer).toBe('dropped');
    await start();
    expect((await client.get(url)).status).toBe(200);
  });
});

/** Writes until the stack is killed, and records the acknowledged writes. */
async function writeOn(worker: number, acknowledged: Map<string, string>): Promise<void> {
  for (let number = 0; ; number += 1) {
    const body = randomBytes(1_000 * (number % 7) + 100);
    const name = `w${worker}/${number}`;
    try {
      await client.put(name, body);
    } catch {
      return;
    }
    acknowledged.set(name, createHash('sha256').update(body).digest('hex'));
  }
}

describe('kill -9', () => {
  it('during writes loses no acknowledged write and restores no old derivative', async () => {
    expect(await colourOf((await client.get(client.path())).body)).toEqual([255, 0, 0]);
    const written = new Map<string, string>();
    const writers = Array.from({ length: 8 }, (_, worker) => writeOn(worker, written));
    while (written.size < 100) await new Promise((resolve) => setTimeout(resolve, 10));
    await client.put('a.png', await picture('blue'));
    stack.child.kill('SIGKILL');
    await Promise.all(writers);
    await exitOf(stack.child);
    await start();
    for (const [name, digest] of written) {
      const read = await client.stores.sources.get(`acme/${name}`, { maxBytes: 1_000_000 });
      if (typeof read === 'string') throw new Error(`${name} is ${read}`);
      expect(createHash('sha256').update(read.body).digest('hex')).toBe(digest);
    }
    expect(await temporaries()).toEqual([]);
    // The derivative of the old source existed when the source was overwritten.
    expect(await colourOf((await client.get(client.path())).body)).toEqual([0, 0, 255]);
  });
});

it.each([
  ['npm', 'start'],
  ['npx', 'signet-start'],
] as const)(
  'the stack stops when %s is stopped, although it forwards no signal and nobody reads its output',
  async (...command) => {
    const at = await mkdtemp(path.join(tmpdir(), 'signet-'));
    const { child, output } = spawnStack(at, {}, command);
    while (!output().includes('Signet is ready')) await new Promise((tell) => setTimeout(tell, 50));
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.kill('SIGTERM');
    while ((await readdir(at)).includes('instance.json'))
      await new Promise((tell) => setTimeout(tell, 50));
    await rm(at, { recursive: true, force: true });
  },
);
