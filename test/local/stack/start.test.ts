import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demoUrl } from '../../../local/demo/page.ts';
import { type LocalSettings, readLocalSettings } from '../../../local/settings.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import type { Keyring } from '../../../shared/keys/keyring.ts';
import { exitOf, spawnStack, startRunningStack } from '../running-stack.ts';
import { stackClient } from './stack-client.ts';

let folder = '';
let running: Stack | undefined;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-start-'));
});
afterEach(async () => {
  await running?.close();
  running = undefined;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a stack that must fail. Returns the error message. */
async function refusedStart(settings: Partial<LocalSettings>): Promise<string> {
  const whole = {
    home: path.join(folder, 'refused'),
    port: 0,
    host: '127.0.0.1',
    origins: [],
    ...settings,
  };
  const thrown: unknown = await startStack(whole, () => undefined).then(
    (stack) => stack.close(),
    (one: unknown) => one,
  );
  return thrown instanceof Error ? thrown.message : 'it started';
}

/** Starts a stack in a child process that must fail. Returns exit code and output. */
async function failedStart(home: string, environment: Readonly<Record<string, string>> = {}) {
  const { child, output } = spawnStack(home, environment);
  const code = await exitOf(child);
  return { code, said: output().trim() };
}

/** Starts a stack in this process, which is seconds faster than a child process. */
async function startHere(home: string): Promise<Stack> {
  running = await startStack({ home, port: 0, host: '127.0.0.1', origins: [] }, () => undefined);
  return running;
}

const demo = (keyring: Keyring): string => {
  const signer = { kid: 'r1.1', signingKey: keyring.signingKey('demo', 'r1.1') ?? '' };
  return demoUrl(signer, '', 'alpine-lake.jpg', ['resize,w_640', 'format,f_auto']);
};

function occupy(port = 0): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Whether all five ports of a stack are free. They are released afterwards. */
async function areFree(first: number): Promise<boolean> {
  const tried = await Promise.allSettled([0, 1, 2, 3, 4].map((offset) => occupy(first + offset)));
  const servers = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await Promise.all(servers.map(closed));
  return servers.length === tried.length;
}

/** The first of five free ports in a row, below the ephemeral ports. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    if (await areFree(first)) return first;
  }
}

const closed = (server: Server): Promise<unknown> =>
  new Promise((resolve) => server.close(resolve));

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

describe('a start that fails', () => {
  it.each([
    { service: 'CDN', offset: 0 },
    { service: 'S3', offset: 2 },
    { service: 'Secrets Manager', offset: 3 },
    { service: 'invalidations', offset: 4 },
  ])('because the port of $service is in use says so and opens nothing', async ({ offset }) => {
    const first = await freePorts();
    const taken = first + offset;
    const server = await occupy(taken);
    const home = path.join(folder, `busy-${offset}`);
    const said = await refusedStart({ home, port: first });
    await closed(server);
    expect(said).toMatch(
      new RegExp(`^Port ${taken} is in use; choose another with: SIGNET_PORT=\\d+ npm start$`),
    );
    expect(await readdir(home)).toEqual([]);
    // The services that were started are closed again.
    expect(await areFree(first)).toBe(true);
  });

  it('prints one sentence and exits with 1', async () => {
    const server = await occupy();
    const environment = { SIGNET_PORT: String(portOf(server)) };
    const { code, said } = await failedStart(path.join(folder, 'busy'), environment);
    await closed(server);
    expect(said).toMatch(/^Port \d+ is in use; choose another with: SIGNET_PORT=\d+ npm start$/);
    expect(code).toBe(1);
  });

  it('because SIGNET_ORIGINS has an invalid origin says what to write', () => {
    const environment = { SIGNET_ORIGINS: 'http://localhost:*, https://app.example.test/' };
    expect(() => readLocalSettings(environment)).toThrow(
      `SIGNET_ORIGINS has the entry "https://app.example.test/"; each entry is an origin, whose port may be *: SIGNET_ORIGINS='http://localhost:*' npm start`,
    );
  });

  it.each(['80a', '-1', '65535', '1e4', ' 80', '٣'])(
    'because SIGNET_PORT is %j says what to write',
    (text) => {
      expect(() => readLocalSettings({ SIGNET_PORT: text })).toThrow(
        `SIGNET_PORT is "${text}"; give a port from 1 to 65531: SIGNET_PORT=8080 npm start`,
      );
    },
  );

  it.each([
    [
      'SIGNET_HOSTS',
      'http://signet',
      'a host name without a port: SIGNET_HOSTS=signet,192.168.1.5',
    ],
    ['SIGNET_HOSTS', 'signet:8080', 'a host name without a port: SIGNET_HOSTS=signet,192.168.1.5'],
    ['SIGNET_HOSTS', '*', 'a host name without a port: SIGNET_HOSTS=signet,192.168.1.5'],
    ['SIGNET_ORIGINS', '*', "an origin, whose port may be *: SIGNET_ORIGINS='http://localhost:*'"],
    ['SIGNET_ORIGINS', 'localhost:3000', 'an origin, whose port may be *'],
    ['SIGNET_ORIGINS', 'http://a.example/', 'an origin, whose port may be *'],
    ['SIGNET_ORIGINS', 'null', 'an origin, whose port may be *'],
    ['SIGNET_CORS_ORIGINS', 'http://a.example', 'the exact origin of a page: SIGNET_CORS_ORIGINS='],
    ['SIGNET_CORS_ORIGINS', 'http://localhost:*', 'the exact origin of a page'],
  ])('because %s has the entry %s says what to write', (variable, entry, expects) => {
    expect(() => readLocalSettings({ [variable]: entry })).toThrow(
      `${variable} has the entry "${entry}"; each entry is ${expects}`,
    );
  });

  it.each([
    [
      'SIGNET_RTT_MS',
      'milliseconds from 0 to 5000',
      230,
      ['5001', '-1', '1.5', '230ms', '1e3', '007'],
    ],
    ['SIGNET_LOCATIONS', 'a number of edge locations from 1 to 16', 4, ['0', '17', 'two', ' 4']],
    ['SIGNET_CONCURRENCY', 'a number of executions from 1 to 1000', 10, ['0', '1001', '1,000']],
  ])('because %s is no number says what to write', (variable, expects, example, texts) => {
    for (const text of texts)
      expect(() => readLocalSettings({ [variable]: text })).toThrow(
        `${variable} is "${text}"; give ${expects}: ${variable}=${example} npm start`,
      );
  });

  it('because the address is not local says so', async () => {
    expect(await refusedStart({ host: '203.0.113.9' })).toMatch(
      /^Cannot listen on 203\.0\.113\.9 port \d+ \(EADDRNOTAVAIL\); check SIGNET_BIND/,
    );
  });

  it('because the state folder cannot be written says what to write', async () => {
    // Even root cannot create a folder below a file.
    const file = path.join(folder, 'a-file');
    await writeFile(file, '');
    const folders = [file, path.join(file, 'state')];
    // Nothing can be created there, and Node's own recursive mkdir tries for ever.
    if (process.platform === 'linux') folders.push('/proc/signet', '/proc/signet/state');
    for (const home of folders)
      expect(await refusedStart({ home })).toMatch(
        new RegExp(
          `^The state folder ${home} cannot be written \\(E[A-Z]+\\); choose another: SIGNET_HOME=/path npm start$`,
        ),
      );
  });
});

describe('the lists in variables', () => {
  it('are separated by commas, and left out if they are empty', () => {
    const read = readLocalSettings({
      SIGNET_HOSTS: 'signet, *.Dev.example,[fe80::1]',
      SIGNET_ORIGINS: 'https://app.example,http://[::1]:*',
    });
    expect(read.hosts).toEqual(['signet', '*.dev.example', '[fe80::1]']);
    expect(read.origins).toEqual(['https://app.example', 'http://[::1]:*']);
    const empty = readLocalSettings({ SIGNET_HOSTS: '', SIGNET_ORIGINS: '' });
    expect([empty.hosts, empty.origins]).toEqual([undefined, undefined]);
  });
});

describe('the numbers in variables', () => {
  it('are read, and left out if they are empty', () => {
    const set = { SIGNET_RTT_MS: '0', SIGNET_LOCATIONS: '16', SIGNET_CONCURRENCY: '1000' };
    expect(readLocalSettings(set)).toMatchObject({ rttMs: 0, locations: 16, concurrency: 1_000 });
    const empty = readLocalSettings({ SIGNET_RTT_MS: '', SIGNET_LOCATIONS: '' });
    for (const name of ['rttMs', 'locations', 'concurrency'])
      expect(empty).not.toHaveProperty(name);
  });
});

describe('a second start on one folder', () => {
  it('reports the pid and address of the first and does not disturb it', async () => {
    const home = path.join(folder, 'second');
    const { keyring, instance, get } = await stackClient(await startHere(home));
    const { code, said } = await failedStart(home);
    expect(said).toBe(
      `Signet already runs on ${home} (pid ${process.pid}) at http://127.0.0.1:${instance.ports.cdn}; stop it with: kill ${process.pid}`,
    );
    expect(code).toBe(1);
    expect((await get(demo(keyring))).status).toBe(200);
  });

  it('succeeds if the recorded pid now belongs to another program', async () => {
    const home = path.join(folder, 'reused');
    await mkdir(home);
    const server = await occupy();
    const ports = { cdn: portOf(server), s3: 1, secretsManager: 1, cloudFront: 1 };
    await closed(server);
    const old = { pid: process.ppid, since: 0, host: '127.0.0.1', ports };
    await writeFile(path.join(home, 'instance.json'), JSON.stringify(old));
    expect((await startHere(home)).pid).toBe(process.pid);
  });

  it('succeeds for exactly one of two concurrent starts', async () => {
    const home = path.join(folder, 'race');
    const starts = [spawnStack(home), spawnStack(home)];
    const loser = await Promise.race(
      starts.map(async (one) => ({ one, code: await exitOf(one.child) })),
    );
    expect(loser.code).toBe(1);
    expect(loser.one.output()).toMatch(/^Signet already runs on .+ \(pid \d+\)/);
    const winner = starts.find((one) => one !== loser.one);
    while (!winner?.output().includes('Signet is ready'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    winner.child.kill('SIGTERM');
    expect(await exitOf(winner.child)).toBe(0);
  });
});

describe('a state folder after a crash', () => {
  const home = (): string => path.join(folder, 'half');
  const objects = (bucket: string): string => path.join(home(), 's3', 'buckets', bucket);

  /** Every file of a bucket. */
  async function filesOf(bucket: string): Promise<readonly string[]> {
    const entries = await readdir(objects(bucket), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  }

  it('removes partial files, and the stack serves complete objects', async () => {
    const first = await startRunningStack({ home: home() });
    const before = await stackClient(first.instance);
    const url = demo(before.keyring);
    expect((await before.get(url)).status).toBe(200);
    await first.stop('SIGKILL');
    await truncate(path.join(home(), 'instance.json'), 11);
    const garbage = ['s3/incoming/1.tmp', 'secrets/2.tmp', 'purges/3.tmp'];
    for (const name of garbage) await writeFile(path.join(home(), name), 'half of an obj');
    const [derivative = ''] = await filesOf('signet-derivatives');
    await truncate(derivative, 1_000);
    const { get } = await stackClient(await startHere(home()));
    for (const name of garbage)
      await expect(readFile(path.join(home(), name))).rejects.toThrow('ENOENT');
    // A damaged derivative is an error of S3, never half an image.
    expect((await get(url)).text).toBe('{"error":"unavailable"}');
    expect((await get(url.replace('w_640', 'w_641'))).text).toBe('{"error":"forbidden"}');
    expect((await get('/')).status).toBe(200);
  });

  it.each([
    { what: 'cut', content: '{"name":"signet/roots","arn"' },
    { what: 'empty', content: '' },
    { what: 'of zeros', content: '\0'.repeat(500) },
    { what: 'of another form', content: '{"name":"signet/roots"}' },
  ])('stops the start if a secret is $what, and keeps its file', async ({ content }) => {
    const secrets = path.join(home(), 'secrets');
    const files = (await readdir(secrets)).filter((name) => name.endsWith('.json'));
    const kept = await Promise.all(files.map((name) => readFile(path.join(secrets, name))));
    const at = kept.findIndex((bytes) => bytes.includes('signet/roots'));
    const file = path.join(secrets, files[at] ?? '');
    await writeFile(file, content);
    expect(await refusedStart({ home: home() })).toBe(
      `The secret in ${file} is damaged; restore it from a copy of the state folder: npx signet doctor --repair --from FOLDER, or start with an empty one.`,
    );
    expect(await readFile(file, 'utf8')).toBe(content);
    await writeFile(file, kept[at] ?? '');
  });
});
