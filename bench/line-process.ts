import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BenchFailure } from './table.ts';

/* A process that answers one line of JSON with another, one after the other. */

export type LineProcess = {
  /** Sends a value and returns the answer. Throws a `BenchFailure` if the process ends, or what it says went wrong. */
  readonly ask: (value: unknown) => Promise<unknown>;
  readonly stop: () => void;
};

function readAnswer(line: string): unknown {
  const answer: unknown = JSON.parse(line);
  if (typeof answer === 'object' && answer !== null && 'error' in answer)
    throw new BenchFailure(String(answer.error));
  return answer;
}

/** Resolves with the reason when a process ends or cannot start. */
const endOf = (child: ChildProcess, name: string): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(`${name} does not start: ${message}`));
    child.once('exit', (code, signal) => resolve(`${name} ended with ${signal ?? code}`));
  });

/** Starts a process. What it prints to stderr is printed. */
export function startLineProcess(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): LineProcess {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  // A write to a process that has ended fails here, too, and `ended` says it better.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = endOf(child, args.at(-1) ?? command).then((reason) => {
    throw new BenchFailure(reason);
  });
  ended.catch(() => undefined);
  const ask = async (value: unknown): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(value)}\n`);
    const next = await Promise.race([lines.next(), ended]);
    return next.done === true ? ended : readAnswer(next.value);
  };
  return { ask, stop: () => child.stdin.end() };
}
