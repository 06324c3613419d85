import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Stack, startStack } from '../../../local/stack.ts';
import type { Answer } from '../cloudfront/stub-distribution.ts';
import { colourOf, picture, policy, type StackClient, stackClient } from './stack-client.ts';

const rttMs = 13;
const locations = [1, 2, 3, 4];
let home: string;
let stack: Stack;
let client: StackClient;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-locations-'));
  const settings = { home, port: 0, host: '127.0.0.1', locations: locations.length, rttMs };
  stack = await startStack(settings, () => undefined);
  client = await stackClient(stack);
  await client.publish(policy);
  await client.put('a.png', await picture('red'));
});
afterAll(async () => {
  await stack?.close();
  await rm(home, { recursive: true, force: true });
});

const at = (location: number, url: string): Promise<Answer> =>
  client.get(url, { headers: { 'x-signet-location': String(location) } });

/** The first pixel that each location answers. */
const coloursOf = (url: string) =>
  Promise.all(locations.map(async (one) => colourOf((await at(one, url)).body)));

it('a thousand first views of a picture at four locations make it once', async () => {
  const url = client.path({ operations: ['resize,w_77', 'format,f_png'] });
  const views = Array.from({ length: 1_000 }, (_, view) => at(1 + (view % 4), url));
  const answers = await Promise.all(views);
  const bodies = new Set(answers.map(({ status, body }) => `${status} ${body.toString('hex')}`));
  expect([...bodies]).toEqual([expect.stringMatching(/^200 89504e47/)]);
  expect(stack.counts()).toMatchObject({ originRequests: 1, renders: 1, misses: 1 });
  expect(await client.derivatives('a.png')).toHaveLength(1);
});

it('then every location has it, until a new picture purges them all', async () => {
  const url = client.path({ operations: ['resize,w_77', 'format,f_png'] });
  const before = await Promise.all(locations.map((one) => at(one, url)));
  expect(before.map(({ headers }) => headers['x-cache'])).toEqual(
    locations.map(() => 'Hit from cloudfront'),
  );
  expect(await coloursOf(url)).toEqual(locations.map(() => [255, 0, 0]));
  const { renders } = stack.counts();
  await client.put('a.png', await picture('blue'));
  await expect.poll(() => coloursOf(url)).toEqual(locations.map(() => [0, 0, 255]));
  expect(stack.counts().renders).toBe(renders + 1);
});

it('a publish counts at every location from the next view on', async () => {
  const url = client.path({ operations: ['resize,w_77', 'format,f_png'] });
  const statuses = async () =>
    Promise.all(locations.map(async (one) => (await at(one, url)).status));
  expect(await statuses()).toEqual(locations.map(() => 200));
  await client.publish({ ...policy, operations: { resize: [{ w: [41] }] } });
  expect(await statuses()).toEqual(locations.map(() => 403));
  await client.publish(policy);
  expect(await statuses()).toEqual(locations.map(() => 200));
});

it('the functions wait for their round trips, and the operator does not', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const waits = () =>
    timers.mock.calls.flatMap(([, ms]) => (ms === rttMs || ms === 3 * rttMs ? [ms] : []));
  await client.put('b.png', await picture('green'));
  await client.publish({ ...policy, urls: { maxLifetime: 3_599 } });
  expect(waits()).toEqual([]);
  expect((await at(1, client.path({ path: 'b.png' }))).status).toBe(200);
  // The publish replaced the containers, so their first requests need new connections.
  expect(waits()).toContain(3 * rttMs);
  expect(waits()).toContain(rttMs);
  timers.mockRestore();
});
