import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { parse } from 'node:path';
import * as v from 'valibot';
import { type DrawingMessage, drawingMessage, messageBounds } from '../render/drawing-messages.ts';
import { type Frame, pushChunk, readFrames, writeFrame } from '../render/frames.ts';
import { Refusal, reasonOf } from '../shared/refusal.ts';

/** How the process answered a request. */
type Answered = Exclude<DrawingMessage, { kind: 'begun' }> & { readonly body: Uint8Array };

/** The process ended without an answer. */
type Ended = {
  readonly kind: 'ended';
  /** Whether it had begun to decode the source. */
  readonly begun: boolean;
  /** A signal, if one ended it. */
  readonly signal: string | undefined;
  readonly reason: string;
};

export type DrawingProcess = {
  readonly isAlive: () => boolean;
  /** Whether it has begun a drawing before. */
  readonly isUsed: () => boolean;
  /** Sends one request and waits for its answer. Throws the refusal of `kill`. */
  readonly run: (request: readonly Uint8Array[]) => Promise<Answered | Ended>;
  /** Ends the process. The running request fails with this refusal once the process is gone. */
  readonly kill: (refusal: Refusal) => void;
};

type Waiting = {
  readonly resolve: (end: Answered | Ended) => void;
  readonly reject: (refusal: Refusal) => void;
};

type State = {
  waiting: Waiting | undefined;
  /** Whether the running request has begun. */
  begun: boolean;
  used: boolean;
  killed: Refusal | undefined;
  ended: Pick<Ended, 'signal' | 'reason'> | undefined;
};

/** The only variable that the process may get. It says where the system finds libraries, and is no secret. */
type LoaderEnvironment = { readonly LD_LIBRARY_PATH?: string };

/**
 * The environment with which a process can start if it cannot start without one. AWS does not document whether
 * the Node of Lambda needs LD_LIBRARY_PATH, which Lambda sets:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function loaderEnvironment(): LoaderEnvironment {
  const { LD_LIBRARY_PATH } = process.env;
  return LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH };
}

/**
 * Starts the process. Its environment is empty, so it has no credentials. It needs no memory flags, because
 * pictures are outside of V8's heap. Its stderr is discarded, because it could forge log lines. Its folder is
 * the root, so it keeps no folder of its parent in use.
 */
function startChild(file: string, env: LoaderEnvironment): ChildProcess {
  const stdio: StdioOptions = ['pipe', 'pipe', 'ignore'];
  const cwd = parse(file).root;
  const child = spawn(process.execPath, [file], { cwd, env: { ...env }, stdio });
  // An idle drawing process does not keep its parent alive.
  child.unref();
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
  return child;
}

/** Ends the wait for an answer. */
function settle(child: ChildProcess, state: State, give: (waiting: Waiting) => void): void {
  const { waiting } = state;
  state.waiting = undefined;
  child.unref();
  if (waiting !== undefined) give(waiting);
}

function kill(child: ChildProcess, state: State, refusal: Refusal): void {
  state.killed ??= refusal;
  child.kill('SIGKILL');
  // Without its pipes the process counts as closed, even if something else holds their other ends.
  child.stdin?.destroy();
  child.stdout?.destroy();
}

/** Takes a message. Throws unless it is the next one of the running request. */
function receive(child: ChildProcess, state: State, { head, body }: Frame): void {
  const message = v.parse(drawingMessage, head);
  const isNext = state.waiting !== undefined && state.begun !== (message.kind === 'begun');
  const mayHaveBody = message.kind === 'drawn';
  if (!isNext || body.length > 0 !== mayHaveBody) throw new Error('out of turn');
  if (message.kind === 'begun') {
    state.begun = true;
    state.used = true;
    return;
  }
  settle(child, state, ({ resolve }) => resolve({ ...message, body }));
}

function end(child: ChildProcess, state: State, ended: NonNullable<State['ended']>): void {
  state.ended ??= ended;
  const { begun, killed } = state;
  settle(child, state, ({ resolve, reject }) =>
    killed === undefined ? resolve({ kind: 'ended', begun, ...ended }) : reject(killed),
  );
}

/** Reads what the process sends, and sees how it ends. */
function follow(child: ChildProcess, state: State): void {
  const reader = readFrames(messageBounds, (frame) => receive(child, state, frame));
  child.stdout?.on('data', (chunk: Buffer) => {
    try {
      pushChunk(reader, chunk);
    } catch {
      kill(child, state, new Refusal('internal', 'the drawing process sent no valid message'));
    }
  });
  // The end of the process says the same as the error of its pipe.
  for (const stream of [child.stdin, child.stdout]) stream?.on('error', () => undefined);
  child.on('error', ({ message }) =>
    end(child, state, { signal: undefined, reason: `failed: ${message}` }),
  );
  child.on('close', (code, signal) => {
    const reason = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    end(child, state, { signal: signal ?? undefined, reason });
  });
}

function openProcess(file: string, env: LoaderEnvironment): DrawingProcess {
  const state: State = {
    ...{ waiting: undefined, begun: false, used: false },
    ...{ killed: undefined, ended: undefined },
  };
  const child = startChild(file, env);
  follow(child, state);
  return {
    isAlive: () => state.ended === undefined && state.killed === undefined,
    isUsed: () => state.used,
    kill: (refusal) => kill(child, state, refusal),
    run: (request) =>
      new Promise((resolve, reject) => {
        state.begun = false;
        state.waiting = { resolve, reject };
        if (state.ended !== undefined) return end(child, state, state.ended);
        child.ref();
        if (child.stdin !== null) writeFrame(child.stdin, request);
      }),
  };
}

/** Node throws for some failures to start and reports others later. Both appear in the first `run`. */
const failedProcess = (reason: string): DrawingProcess => ({
  isAlive: () => false,
  isUsed: () => false,
  kill: () => undefined,
  run: async () => ({ kind: 'ended', begun: false, signal: undefined, reason }),
});

/** Starts a drawing process from its bundle. A failure to start appears in the first `run`. */
export function startDrawingProcess(file: string, env: LoaderEnvironment = {}): DrawingProcess {
  try {
    return openProcess(file, env);
  } catch (thrown) {
    return failedProcess(`failed: ${reasonOf(thrown)}`);
  }
}
