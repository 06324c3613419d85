import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The local stack as `npm start` runs it, in processes of its own. */
export type StartedStack = {
  /** Its state folder. */
  readonly home: string;
  readonly pid: number;
  /** The signed URL that it printed. */
  readonly signedUrl: string;
  readonly stop: () => Promise<void>;
};

/** Waits until a stack has printed its greeting. Returns what it has printed, also if it has ended. */
async function readGreeting(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  let output = '';
  return new Promise((resolve) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Ctrl-C')) resolve(output);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('close', () => resolve(output));
  });
}

/** Starts a stack on free ports and a temporary folder. Throws with its output if it does not start. */
export async function startLocalStack(): Promise<StartedStack> {
  const home = await mkdtemp(path.join(tmpdir(), 'signet-bench-'));
  const child = spawn(process.execPath, ['bin/start.js'], {
    cwd: root,
    env: { ...process.env, SIGNET_PORT: '0', SIGNET_BIND: '', SIGNET_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    await rm(home, { recursive: true, force: true });
  };
  const output = await readGreeting(child);
  const [, signedUrl] = /'(http:[^']+sig=[^']+)'/.exec(output) ?? [];
  if (signedUrl === undefined || child.pid === undefined) {
    await stop();
    throw new Error(`the local stack did not start: ${output}`);
  }
  return { home, pid: child.pid, signedUrl, stop };
}
