import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median } from '../median.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const printCpuTime = fileURLToPath(new URL('./print-cpu-time.cjs', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** Runs Node and returns its CPU time in seconds. Throws if it exits with another code than 0 and 1. */
async function runOnce(words: readonly string[], environment: Environment): Promise<number> {
  const child = spawn(process.execPath, ['--require', printCpuTime, ...words], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = await once(child, 'close');
  // 1 is also the answer of commands that have found something, such as `explain`.
  if (code !== 0 && code !== 1) throw new Error(`node ${words.join(' ')} exited with ${code}`);
  return Number(text) / 1e6;
}

export type CommandTimes = {
  /** CPU seconds of `node -e 0`. */
  readonly empty: number;
  /** CPU seconds of each command, in the order of the commands. */
  readonly commands: readonly number[];
};

/**
 * Measures an empty Node and commands of `signet`: medians of so many rounds. Each round runs all of them, so a busy
 * machine changes them alike. The program has been bundled before.
 */
export async function measureCommands(
  commands: readonly (readonly string[])[],
  environment: Environment,
  rounds: number,
): Promise<CommandTimes> {
  const runs = [['-e', '0'], ...commands.map((words) => ['bin/signet.js', ...words])];
  await runOnce(['bin/signet.js', '--version'], environment);
  const times = runs.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [at, words] of runs.entries()) times[at]?.push(await runOnce(words, environment));
  const [empty = Number.NaN, ...others] = times.map(median);
  return { empty, commands: others };
}
