import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command, json } from '../cli/in-process.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { s3Of, sampleFile } from './installation.ts';

/*
 * A day of an operator: commands of `signet` against `npm start`, and views as requests to the CDN. The steps are one
 * story, so they are one test. test/cli/process.test.ts runs `signet` as a process.
 */

let stack: RunningStack;
let s3: S3Client;
let folder: string;

beforeAll(async () => {
  stack = await startRunningStack();
  s3 = s3Of(stack.instance.ports.s3);
  folder = await mkdtemp(path.join(tmpdir(), 'signet-story-'));
});

afterAll(async () => {
  s3.destroy();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const environment = () => ({ SIGNET_HOME: stack.home, SIGNET_TARGET: '', SIGNET_KEY: '' });

async function type<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
  return json<T>(args, environment());
}

async function refused(...args: readonly string[]) {
  const { code, stdout, stderr } = await command([...args, '--json'], environment());
  return { code, said: JSON.parse(stdout || stderr) as Record<string, unknown> };
}

async function view(url: string) {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  const code = answer.headers.get('x-signet-error') ?? String(answer.status);
  return { code, cache: answer.headers.get('x-cache') ?? '' };
}

const policy = (w: readonly number[]) => ({
  tenant: 'acme',
  operations: { resize: { w }, format: { f: ['webp'] } },
  urls: { maxLifetime: 86_400 },
});

async function file(document: object): Promise<string> {
  const at = path.join(folder, 'acme.json');
  await writeFile(at, JSON.stringify(document));
  return at;
}

const mint = async (width: number): Promise<string> =>
  (await type<{ url: string }>('mint', 'acme', 'lake.jpg', `resize,w_${width}`, 'format,f_webp'))
    .url;

it('creates, publishes, narrows, rolls back, rotates, retires, is tampered with and verifies', async () => {
  // Create and publish.
  await type('tenant', 'create', 'acme', '--policy', await file(policy([200, 400])));
  await type('put', 'acme', 'lake.jpg', sampleFile('alpine-lake.jpg'));
  const [small, large] = [await mint(200), await mint(400)];
  expect((await view(small)).code).toBe('200');
  expect((await view(large)).code).toBe('200');
  expect((await view(large)).cache).toBe('Hit from cloudfront');

  // Say what a change would do, then narrow: what was cached is refused as well.
  const narrower = await file(policy([200]));
  const difference = await type<readonly { changes: readonly { kind: string; text: string }[] }[]>(
    ...['policy', 'diff', narrower],
  );
  expect(difference[0]?.changes).toEqual([expect.objectContaining({ kind: 'narrows' })]);
  await type('policy', 'publish', narrower, '--reason', 'smaller pictures');
  expect(await view(large)).toMatchObject({ code: 'denied_value' });
  expect((await view(small)).code).toBe('200');
  const why = await refused('explain', large);
  expect([why.code, why.said['refusal']]).toEqual([
    1,
    expect.objectContaining({ code: 'denied_value' }),
  ]);

  // Undo it in one command.
  await type('policy', 'rollback', 'acme', '--reason', 'readers complained');
  expect(await view(large)).toEqual({ code: '200', cache: 'Hit from cloudfront' });

  // Rotate and retire.
  await type('keys', 'rotate', 'acme');
  const fresh = await mint(200);
  expect([(await view(small)).code, (await view(fresh)).code]).toEqual(['200', '200']);
  await type('keys', 'retire', 'acme', 'r1.1', '--yes');
  expect(await view(small)).toMatchObject({ code: 'denied_kid' });
  expect(await view(fresh)).toEqual({ code: '200', cache: 'Hit from cloudfront' });

  // Tamper: the edge keeps its version, and audit and doctor report it.
  expect(await type('policy', 'audit', 'acme')).toMatchObject({ verified: true, versions: 5 });
  const forged = { tenant: 'acme', operations: { resize: { w: [1, 8_192] } } };
  const Body = JSON.stringify(forged);
  await s3.send(new PutObjectCommand({ Bucket: 'signet-config', Key: 'policies/acme.jws', Body }));
  expect(await view(fresh)).toEqual({ code: '200', cache: 'Hit from cloudfront' });
  // A publish makes the functions start anew. Without a good version in memory they let nobody in.
  await type('tenant', 'create', 'other');
  expect(await view(fresh)).toMatchObject({ code: 'unavailable' });
  expect((await refused('doctor')).code).toBe(1);
  expect((await refused('policy', 'audit', 'acme')).said).toMatchObject({ verified: false });

  // Heal it with the last good version, and prove who did what.
  await type('policy', 'rollback', 'acme', '5', '--reason', 'after the break-in');
  expect(await type('policy', 'audit', 'acme')).toMatchObject({ verified: true, versions: 6 });
  expect((await refused('doctor')).code).toBe(0);
  const history = await type<readonly { version: number; reason: string | null }[]>(
    ...['policy', 'history', 'acme'],
  );
  expect(history.map(({ version, reason }) => [version, reason])).toEqual([
    [6, 'after the break-in'],
    [5, 'retire r1.1'],
    [4, 'keys rotate'],
    [3, 'readers complained'],
    [2, 'smaller pictures'],
    [1, null],
  ]);
  expect(await readFile(path.join(stack.home, 'logs', 'edge.log'), 'utf8')).toContain(
    'policy acme is unusable: its signature',
  );
});
