import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startStack } from '../../local/stack.ts';
import { serveStoppedState } from '../../local/stopped-state.ts';
import { s3Client, s3Store } from '../../shared/adapters/s3.ts';
import {
  localBuckets,
  localCredentials,
  localRegion,
} from '../../shared/deployment/local-endpoints.ts';

const patience = { connectionTimeout: 2_000, requestTimeout: 5_000, maxAttempts: 1 };

let home = '';
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-stopped-'));
  for (const part of [`s3/buckets/${localBuckets.config}`, 'secrets'])
    await mkdir(path.join(home, part), { recursive: true });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const namesBelow = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true })).toSorted();

it('no stack and no other repair starts on a state folder while it is served', async () => {
  const served = await serveStoppedState(home, undefined);
  const settings = { home, host: '127.0.0.1', port: 0 };
  for (const start of [
    () => startStack(settings, () => undefined),
    () => serveStoppedState(home, undefined),
  ])
    await expect(start()).rejects.toThrow(/^signet doctor --repair works on .*; start again when/);
  await served.close();
  await (await serveStoppedState(home, undefined)).close();
  expect(await namesBelow(home)).not.toContain('instance.json');
});

it('the documented credentials do not open it', async () => {
  const { home: ports, secretAccessKey, close } = await serveStoppedState(home, undefined);
  const storeWith = (credentials: typeof localCredentials | { readonly secretAccessKey: string }) =>
    s3Store(
      s3Client(
        {
          region: localRegion,
          endpoint: `http://127.0.0.1:${ports.s3}`,
          credentials: { ...localCredentials, ...credentials },
        },
        patience,
      ),
      localBuckets.config,
    );
  const at = { maxBytes: 9 };
  await expect(storeWith(localCredentials).get('audit/a/1.jws', at)).rejects.toThrow(/403/);
  expect(await storeWith({ secretAccessKey }).get('audit/a/1.jws', at)).toBe('missing');
  await close();
});

it('a copy is only read, also a damaged one', async () => {
  const copy = await mkdtemp(path.join(tmpdir(), 'signet-copy-'));
  await mkdir(path.join(copy, `s3/buckets/${localBuckets.config}`, 'ab'), { recursive: true });
  await mkdir(path.join(copy, 'secrets'));
  await writeFile(path.join(copy, 'secrets', 'x.json'), '{');
  await writeFile(path.join(copy, `s3/buckets/${localBuckets.config}`, 'ab', 'cd'), 'cut');
  const before = await namesBelow(copy);
  await (await serveStoppedState(home, copy)).close();
  expect(await namesBelow(copy)).toEqual(before);
  await rm(copy, { recursive: true });
});

it.each([
  ['a folder that does not exist', 'none', /is no state folder of Signet: it has no folder s3/],
  ['another folder', '.', /is no state folder of Signet/],
])('%s is not served, and nothing is written there', async (_what, name, said) => {
  const folder = path.join(home, 'secrets', name);
  await expect(serveStoppedState(folder, undefined)).rejects.toThrow(said);
  expect(await namesBelow(path.join(home, 'secrets'))).toEqual([]);
  await expect(serveStoppedState(home, folder)).rejects.toThrow(/is no copy of a state folder/);
});
