import { type ChildProcess, fork } from 'node:child_process';

/* How the stack and the command line start the console, which is a program of its own. */

/** What the process says once: where it listens, or why it does not. */
export type ConsoleMessage = { readonly address: string } | { readonly failure: string };

export type ConsoleProcess = {
  /** With the token of this start. */
  readonly address: string;
  /** Resolves when the process has ended by itself. */
  readonly ended: Promise<void>;
  readonly close: () => void;
};

export type ConsoleRequest = {
  /** The module to run, which `bin/` names in SIGNET_CONSOLE. */
  readonly program: string;
  /** 0 for any free port. */
  readonly port: number;
  /** `local` or `aws:STACK`. */
  readonly target: string;
  /** What it finds in its environment besides that of this process. */
  readonly variables?: Readonly<Record<string, string>>;
};

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
  });

/** The last line that a process printed before it ended without a message. */
function watchErrors(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (part: Buffer) => {
    text = `${text}${part}`.slice(-2_000);
  });
  return () => text.trim().split('\n').at(-1) || 'it ended without a message';
}

/** Starts the console. It ends with this process. Rejects with one line that says why it did not start. */
export async function startConsoleProcess(request: ConsoleRequest): Promise<ConsoleProcess> {
  const { port, program, target, variables = {} } = request;
  const child = fork(program, [String(port), target], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  const lastError = watchErrors(child);
  const ended = endOf(child);
  const message = await new Promise<ConsoleMessage>((resolve) => {
    child.once('message', (said) => resolve(said as ConsoleMessage));
    child.once('error', ({ message }) => resolve({ failure: message }));
    void ended.then(() => resolve({ failure: lastError() }));
  });
  if ('failure' in message) {
    child.kill();
    throw new Error(message.failure);
  }
  return { address: message.address, ended, close: () => void child.kill('SIGKILL') };
}
