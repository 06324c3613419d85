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
import { eachLine } from './log-lines.ts';

/** Lambda gives a function 10 s to load before its own time-out begins. */
const loadTimeoutMs = 10_000;

type Described = { readonly name: string; readonly message: string; readonly stack: string };

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unready'; readonly error: Described }
  | { readonly kind: 'result'; readonly json: string }
  | { readonly kind: 'error'; readonly error: Described };

type Waiting = {
  readonly resolve: (message: Message) => void;
  readonly reject: (fault: LambdaFault) => void;
};

/** One process with one loaded function; it takes one event at a time. */
export type Container = {
  readonly run: (event: object, requestId: string) => Promise<unknown>;
  readonly alive: () => boolean;
  readonly stop: () => Promise<void>;
};

const entry = fileURLToPath(new URL('./container.mjs', import.meta.url));

/**
 * A process and not a worker thread: a render cannot be ended inside a thread (libvips goes on, and
 * the emulator could not exit before it), a crash of a decoder would take the emulator along, and
 * all functions would share one thread pool. At the edge each has its own.
 */
function startProcess(fn: EdgeFunction, source: LogSource, log: FunctionLog): ChildProcess {
  const name = `signet-${source}`;
  const child = fork(entry, [fn.file, name, String(fn.memoryMb)], {
    cwd: dirname(fn.file),
    env: functionEnvironment(fn, name),
    // Loaders and flags of the parent are no part of what would be deployed.
    execArgv: [`--max-old-space-size=${fn.memoryMb}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) eachLine(stream, (line) => log(source, line));
  }
  return child;
}

// A pipe is written before the message that follows it, so once the event loop has come round,
// what a function printed has been read: lines never trail behind the answer they belong to.
function printFault(): Promise<void> {
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

/** The messages of one process, taken one by one; a process that ends fails whoever waits. */
function openChannel(child: ChildProcess) {
  let dead: LambdaFault | undefined;
  let waiting: Waiting | undefined;

  const die = (fault: LambdaFault): void => {
    dead ??= fault;
    waiting?.reject(dead);
    waiting = undefined;
  };
  const kill = (reason: string): void => {
    die(executionError(reason));
    child.kill('SIGKILL');
  };
  child.on('message', (message: Message) => {
    const receiver = waiting;
    waiting = undefined;
    receiver?.resolve(message);
  });
  child.on('error', (error) => die(executionError(`the container failed: ${error.message}`)));
  child.on('exit', (code, signal) => {
    die(executionError(`the function exited with ${signal ?? `code ${code}`}`));
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

/** Starts a container; loading goes on in the background and is waited for by the first event. */
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
  // A failure to load is reported by whoever runs an event; with nobody there it must not be fatal.
  loaded.catch(() => undefined);

  return {
    run: async (event, requestId) => {
      await loaded;
      const deadline = Date.now() + fn.timeoutMs;
      const late = `the task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`;
      const answer = channel.next(fn.timeoutMs, late);
      const message = { event: JSON.stringify(event), awsRequestId: requestId, deadline };
      // A container that dies just now fails the answer, so the failure to send is not news.
      child.send(message, () => undefined);
      const answered = await answer;
      await printFault();
      return parseResult(answered, source, log);
    },
    alive: channel.alive,
    stop: async () => {
      channel.kill('the function was stopped');
      await exited;
    },
  };
}
