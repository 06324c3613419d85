import { Worker } from 'node:worker_threads';
import {
  type EdgeFunction,
  functionEnvironment,
  type Log,
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

/** One worker thread with one loaded function; it takes one event at a time. */
export type Container = {
  readonly run: (event: object, requestId: string) => Promise<unknown>;
  readonly alive: () => boolean;
  readonly stop: () => Promise<void>;
};

function startWorker(fn: EdgeFunction, source: LogSource, log: Log): Worker {
  const worker = new Worker(new URL('./container.mjs', import.meta.url), {
    workerData: { file: fn.file, functionName: `signet-${source}`, memoryMb: fn.memoryMb },
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
    env: functionEnvironment(fn, `signet-${source}`),
    // Loaders and flags of the parent are no part of what would be deployed.
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  eachLine(worker.stdout, (line) => log(source, line));
  eachLine(worker.stderr, (line) => log(source, line));
  return worker;
}

function executionError(reason: string): LambdaFault {
  return new LambdaFault('LambdaExecutionError', reason);
}

function parsed(message: Message, source: LogSource, log: Log): unknown {
  if (message.kind === 'result') return JSON.parse(message.json);
  if (message.kind === 'ready') throw executionError('the function answered out of turn');
  for (const line of message.error.stack.split('\n')) log(source, line);
  throw executionError(`${message.error.name}: ${message.error.message}`);
}

/** Starts a container; loading goes on in the background and is waited for by the first event. */
export function startContainer(fn: EdgeFunction, source: LogSource, log: Log): Container {
  const worker = startWorker(fn, source, log);
  let dead: LambdaFault | undefined;
  let waiting: Waiting | undefined;

  const die = (fault: LambdaFault): void => {
    dead ??= fault;
    waiting?.reject(dead);
    waiting = undefined;
  };
  const kill = (reason: string): void => {
    die(executionError(reason));
    void worker.terminate();
  };
  const nextMessage = (limitMs: number, late: string): Promise<Message> => {
    if (dead) return Promise.reject(dead);
    const timer = setTimeout(() => kill(late), limitMs);
    const message = new Promise<Message>((resolve, reject) => {
      waiting = { resolve, reject };
    });
    return message.finally(() => clearTimeout(timer));
  };

  worker.on('message', (message: Message) => {
    const receiver = waiting;
    waiting = undefined;
    receiver?.resolve(message);
  });
  worker.on('error', (error) => die(executionError(`the function crashed: ${error.message}`)));
  worker.on('exit', (code) => die(executionError(`the function exited with code ${code}`)));

  const loaded = nextMessage(loadTimeoutMs, 'the function did not load within 10 seconds').then(
    (message) => {
      if (message.kind === 'ready') return;
      kill('the function did not load');
      parsed(message, source, log);
    },
  );
  // A failure to load is reported by whoever runs an event; with nobody there it must not be fatal.
  loaded.catch(() => undefined);

  return {
    run: async (event, requestId) => {
      await loaded;
      const deadline = Date.now() + fn.timeoutMs;
      const late = `the task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`;
      const answer = nextMessage(fn.timeoutMs, late);
      worker.postMessage({ event: JSON.stringify(event), awsRequestId: requestId, deadline });
      return parsed(await answer, source, log);
    },
    alive: () => dead === undefined,
    stop: async () => {
      die(executionError('the function was stopped'));
      await worker.terminate();
    },
  };
}
