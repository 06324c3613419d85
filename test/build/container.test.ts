import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../build/functions.ts';
import { defaultPort, portOffsets } from '../../shared/deployment/local-endpoints.ts';
import { installProduction } from './production-packages.ts';
import { type StartedStack, startByCommand } from './started-stack.ts';

/* There is no container engine here: the instructions of Dockerfile are carried out in a temporary folder. */

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The instructions with their operands, each on one line. */
const instructions = textOf('Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, name = '', operands = ''] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    return { name, operands };
  });
const lastStage = instructions.slice(instructions.map(({ name }) => name).lastIndexOf('FROM'));
const operandsOf = (wanted: string): readonly string[] =>
  lastStage.filter(({ name }) => name === wanted).map(({ operands }) => operands);

/** What the last stage copies from the checkout. */
const copied = operandsOf('COPY')
  .filter((operands) => !operands.startsWith('--from='))
  .map((operands) => {
    const words = operands.split(/\s+/);
    return { from: words.slice(0, -1), to: words.at(-1) ?? '' };
  });
const environment = Object.fromEntries(
  operandsOf('ENV').flatMap((operands) => operands.split(/\s+/).map((one) => one.split('='))),
);
const commandOf = (operands: string | undefined): readonly [string, ...string[]] =>
  JSON.parse(/\[.*\]$/.exec(operands ?? '')?.[0] ?? '');

const listsOf = (file: string, entry: RegExp): readonly string[] =>
  [...textOf(file).matchAll(entry)].map(([, one = '']) => one);

describe('Dockerfile', () => {
  it('copies only what is there and what .dockerignore lets through', () => {
    const all = [...copied.flatMap(({ from }) => from), 'package-lock.json', '.npmrc'];
    expect(all.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
    expect(all.toSorted()).toEqual(listsOf('.dockerignore', /^!(.+)$/gm).toSorted());
    expect(textOf('.dockerignore')).toMatch(/^\*$/m);
  });

  it('installs the locked packages that run, in every stage on the same base', () => {
    const bases = instructions
      .filter(({ name }) => name === 'FROM')
      .map(({ operands }) => operands);
    expect(new Set(bases.map((base) => base.split(' ')[0])).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+-slim AS packages$/);
    const runs = instructions.filter(({ name }) => name === 'RUN').map(({ operands }) => operands);
    expect(runs[0]).toBe('npm ci --omit=dev');
  });

  it('runs as a user that is not root and that owns the volume', () => {
    expect(operandsOf('USER')).toEqual(['1000:1000']);
    const [volume = ''] = operandsOf('VOLUME');
    expect(environment['SIGNET_HOME']).toBe(volume);
    expect(operandsOf('RUN')[0]).toContain(`install -d -o 1000 -g 1000 -m 700 ${volume}`);
  });

  it('exposes the four ports of the stack', () => {
    const { console: _outside, ...offsets } = portOffsets;
    const ports = Object.values(offsets).map((offset) => String(defaultPort + offset));
    expect(operandsOf('EXPOSE')[0]?.split(' ')).toEqual(ports.toSorted());
  });
});

describe('compose.yaml', () => {
  const ports = listsOf('compose.yaml', /^ {6}- ([\d.:]+)$/gm);

  it('publishes each port under its own number, for this machine only', () => {
    const exposed = operandsOf('EXPOSE')[0]?.split(' ') ?? [];
    expect(ports).toEqual(exposed.map((port) => `127.0.0.1:${port}:${port}`));
  });

  it('keeps the state in a volume, and waits for the stack to stop', () => {
    expect(textOf('compose.yaml')).toContain(`- state:${environment['SIGNET_HOME']}\n`);
    const [seconds] = listsOf('compose.yaml', /^ {4}stop_grace_period: (\d+)s$/gm);
    const [patience] = listsOf('local/main.ts', /patienceMs = (\d+)_000/g);
    expect(Number(seconds)).toBeGreaterThan(Number(patience));
  });
});

/** Carries out the instructions COPY and `npm ci`, and bundles the programs. */
async function copyFiles(app: string): Promise<void> {
  const manifests = ['package-lock.json', '.npmrc'];
  const copy = (from: string, to: string) =>
    cp(path.join(root, from), path.join(app, to), { recursive: true });
  await mkdir(app);
  for (const { from, to } of copied)
    for (const name of from) await copy(name, to === './' ? name : to);
  for (const name of manifests) await copy(name, name);
  await installProduction(app);
  // They stay in the first stage.
  for (const name of manifests) await rm(path.join(app, name));
  const [bundling = ''] = operandsOf('RUN')[0]?.split(' && ') ?? [];
  const { stderr } = spawnSync('sh', ['-c', bundling], { cwd: app, encoding: 'utf8' });
  expect(stderr).toBe('');
}

/** The user of the container, if this process may change to it. */
const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

describe('the files of the container', () => {
  let folder = '';
  let state = '';
  let stack: StartedStack;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signet-container-'));
    await chmod(folder, 0o755);
    const app = path.join(folder, 'signet');
    await copyFiles(app);
    state = path.join(folder, 'state');
    await mkdir(state, { mode: 0o700 });
    if (user.uid !== undefined) await chown(state, user.uid, user.gid);
    const { PATH } = process.env;
    const env = { ...environment, PATH, SIGNET_HOME: state };
    const [program, ...words] = commandOf(operandsOf('CMD')[0]);
    const command = program === 'node' ? process.execPath : program;
    stack = await startByCommand([command, ...words], { cwd: app, env, ...user });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const checkHealth = (port: number): number | null => {
    const [program = '', ...words] = commandOf(operandsOf('HEALTHCHECK')[0]);
    const env = { ...environment, PATH: process.env['PATH'], SIGNET_PORT: String(port) };
    return spawnSync(program, words, { env }).status;
  };

  it('start the stack, which serves the signed URL that it prints', async () => {
    expect(new URL(stack.signedUrl).host).toBe(`127.0.0.1:${stack.port}`);
    const answer = await fetch(stack.signedUrl, { headers: { accept: 'image/webp' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
  });

  it('bundle the programs once, in the image', async () => {
    const cache = path.join(folder, 'signet', 'node_modules', '.cache', 'signet');
    const names = (await readdir(cache)).map((name) => name.split('-')[0]);
    expect(names.toSorted()).toEqual(['signet', 'start']);
    const { uid } = await stat(cache);
    expect(uid).toBe(process.getuid?.());
  });

  it('write only to the volume, and with the user of the container', async () => {
    expect(await readdir(state)).toContain('instance.json');
    expect(await readdir(path.join(folder, 'signet'))).not.toContain('.signet');
  });

  it('answer other containers under the name of the service', async () => {
    const [name] = listsOf('compose.yaml', /^ {2}(\w+):\n {4}build/gm);
    expect(environment['SIGNET_HOSTS']).toBe(name);
    const ask = async (host: string): Promise<number | undefined> => {
      const [answer] = await once(
        http.get({ host: '127.0.0.1', port: stack.port, headers: { host } }),
        'response',
      );
      answer.resume();
      return answer.statusCode;
    };
    const answers = await Promise.all([`${name}:${stack.port}`, 'example.com'].map(ask));
    expect(answers).toEqual([200, 403]);
  });

  it('are healthy while the stack runs, and are not afterwards', async () => {
    expect(checkHealth(stack.port)).toBe(0);
    expect(await stack.stop()).toBe(0);
    expect(checkHealth(stack.port)).toBe(1);
  });
});
