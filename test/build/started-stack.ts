import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../free-port.ts';

/** A stack that was started by a command, as a user starts it. */
export type StartedStack = {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** The port of the CDN. */
  readonly port: number;
  /** The signed URL that it printed. */
  readonly signedUrl: string;
  /** Sends SIGTERM to the command and all its processes, and returns its exit code. */
  readonly stop: () => Promise<number | null>;
};

/** Waits for the end of the greeting. Returns undefined if a port of the stack is in use. */
async function waitUntilReady(child: ChildProcess, output: () => string): Promise<boolean> {
  while (!output().includes('Press Ctrl-C')) {
    if (/Port \d+ is in use/.test(output())) return false;
    if (child.exitCode !== null) throw new Error(`the stack did not start: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

async function stopGroup(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGTERM');
    await ended;
  }
  return child.exitCode;
}

/** Starts a stack by a command on free ports, which are known before, unlike those of SIGNET_PORT=0. */
export async function startByCommand(
  [program, ...words]: readonly [string, ...string[]],
  options: Omit<SpawnOptions, 'stdio'>,
): Promise<StartedStack> {
  for (;;) {
    const port = await freePort();
    const env = { ...options.env, SIGNET_PORT: String(port) };
    const child = spawn(program, words, {
      ...options,
      ...{ env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    const output = (): string => said;
    if (!(await waitUntilReady(child, output))) continue;
    const signedUrl = /'(http:[^']+sig=[^']+)'/.exec(said)?.[1] ?? '';
    return { child, output, port, signedUrl, stop: () => stopGroup(child) };
  }
}
