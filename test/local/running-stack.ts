import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalInstance } from '../../shared/deployment/local-endpoints.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm start` in a process of its own, as a user runs it. */
export type RunningStack = {
  readonly home: string;
  readonly instance: LocalInstance;
  readonly address: string;
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Asks it to stop and waits until it has; the answer is its exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
};

export type StartOptions = {
  readonly home?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** A process that may or may not come up: what it prints, and how it ends. */
export function spawnStack(
  home: string,
  environment: StartOptions['environment'] = {},
  [program, ...words]: readonly [string, ...string[]] = [process.execPath, 'bin/start.js'],
) {
  let output = '';
  const child = spawn(program, words, {
    cwd: root,
    env: { ...process.env, SIGNET_PORT: '0', SIGNET_BIND: '', SIGNET_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, output: () => output };
}

async function announced(child: ChildProcess, home: string, output: () => string) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the stack did not start: ${output()}`);
    if (output().includes('Signet is ready')) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return JSON.parse(await readFile(path.join(home, 'instance.json'), 'utf8')) as LocalInstance;
}

/** Starts a stack on free ports; without `home`, on a folder that goes when it stops. */
export async function startRunningStack(options: StartOptions = {}): Promise<RunningStack> {
  const home = options.home ?? (await mkdtemp(path.join(tmpdir(), 'signet-')));
  const { child, output } = spawnStack(home, options.environment);
  const instance = await announced(child, home, output);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    const code = await exitOf(child);
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
    return code;
  };
  const address = `http://${instance.host}:${instance.ports.cdn}`;
  return { home, instance, address, child, output, stop };
}
