import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type EdgeFunction,
  type FunctionLog,
  functionEnvironment,
  type LogSource,
} from './edge-function.ts';
import { LambdaFault } from './lambda-fault.ts';
import { forEachLine } from './log-lines.ts';

/** Lambda gives a function 10 s to load before its timeout starts. */
const loadTimeoutMs = 10_000;

type ErrorDescription = { readonly name: string; readonly message: string; readonly stack: string };

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unready'; readonly error: ErrorDescription }
  | { readonly kind: 'result'; readonly json: string }
  | { readonly kind: 'error'; readonly error: ErrorDescription };

type Waiting = {
  readonly resolve: (message: Message) => void;
  readonly reject: (fault: LambdaFault) => void;
};

/** A process with one loaded function. It runs one event at a time. */
export type Container = {
  readonly run: (event: object, requestId: string) => Promise<unknown>;
  readonly alive: () => boolean;
  readonly stop: () => Promise<void>;
};

const entry = fileURLToPath(new URL('./container.mjs', import.meta.url));

/**
 * Starts a process, not a worker thread. A render in a thread cannot be stopped, because libvips goes
 * on; a decoder crash would end the emulator; and all functions would share one thread pool.
 */
function startProcess(fn: EdgeFunction, source: LogSource, log: FunctionLog): ChildProcess {
  const name = `signet-${source}`;
  const child = fork(entry, [fn.file, name, String(fn.memoryMb)], {
    cwd: dirname(fn.file),
    env: functionEnvironment(fn, name),
    // A deployed function does not have the loaders and flags of the parent.
    execArgv: [`--max-old-space-size=${fn.memoryMb}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) forEachLine(stream, (line) => log(source, line));
  }
  return child;
}

// The function writes its output before its result. After one turn of the event loop that output has
// been read, so log lines never follow the answer that they belong to.
function flushOutput(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function executionError(reason: string): LambdaFault {
  return new LambdaFault('LambdaExecutionError', reason);
}

function parseResult(message: Message, source: LogSource, log: FunctionLog): unknown {
  if (message.kind === 'result') return JSON.parse(message.json);
  if (message.kind === 'ready') throw executionError('the function answered out of turn');
  for (const line of message.error.stack.split('\n')) log(source, line);
  throw executionError(`${message.error.name}: ${message.error.message}`);
}

/** Receives the messages of a process one by one. If the process ends, a pending receive fails. */
function openChannel(child: ChildProcess) {
  let dead: LambdaFault | undefined;
  let waiting: Waiting | undefined;

  const fail = (fault: LambdaFault): void => {
    dead ??= fault;
    waiting?.reject(dead);
    waiting = undefined;
  };
  const kill = (reason: string): void => {
    fail(executionError(reason));
    child.kill('SIGKILL');
  };
  child.on('message', (message: Message) => {
    const receiver = waiting;
    waiting = undefined;
    receiver?.resolve(message);
  });
  child.on('error', (error) => fail(executionError(`the container failed: ${error.message}`)));
  child.on('exit', (code, signal) => {
    fail(executionError(`the function exited with ${signal ?? `code ${code}`}`));
  });
  return {
    kill,
    alive: () => dead === undefined,
    next: (limitMs: number, late: string): Promise<Message> => {
      if (dead) return Promise.reject(dead);
      const timer = setTimeout(() => kill(late), limitMs);
      const message = new Promise<Message>((resolve, reject) => {
        waiting = { resolve, reject };
      });
      return message.finally(() => clearTimeout(timer));
    },
  };
}

/** Starts a container. It loads in the background; the first event waits for it. */
export function startContainer(fn: EdgeFunction, source: LogSource, log: FunctionLog): Container {
  const child = startProcess(fn, source, log);
  const exited = once(child, 'exit').catch(() => undefined);
  const channel = openChannel(child);

  const load = async (): Promise<void> => {
    const message = await channel.next(loadTimeoutMs, 'the function did not load in 10 seconds');
    if (message.kind === 'ready') return;
    channel.kill('the function did not load');
    parseResult(message, source, log);
  };
  const loaded = load();
  // `run` reports a failure to load. Without an event it must not be an unhandled rejection.
  loaded.catch(() => undefined);

  return {
    run: async (event, requestId) => {
      await loaded;
      const deadline = Date.now() + fn.timeoutMs;
      const late = `the task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`;
      const answer = channel.next(fn.timeoutMs, late);
      const message = { event: JSON.stringify(event), awsRequestId: requestId, deadline };
      // If the container just exited, the answer fails too, so this error can be ignored.
      child.send(message, () => undefined);
      const answered = await answer;
      await flushOutput();
      return parseResult(answered, source, log);
    },
    alive: channel.alive,
    stop: async () => {
      channel.kill('the function was stopped');
      await exited;
    },
  };
}
