import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalInstance } from '../../shared/deployment/local-endpoints.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm start` in a child process, as a user runs it. */
export type RunningStack = {
  readonly home: string;
  readonly instance: LocalInstance;
  readonly address: string;
  readonly child: ChildProcess;
  /** The output so far. */
  readonly output: () => string;
  /** Stops the process and returns its exit code. */
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

/** Starts a stack that may fail to start. Returns the process and its output. */
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

/** Starts a stack on free ports. Without `home` it uses a temporary folder. */
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
