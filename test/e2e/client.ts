import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { missingPrograms, notRun } from '../not-run.ts';

/** What the client reads from an image's bytes. */
export type Picture = {
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** How long an animation takes; 0 of a still. */
  readonly milliseconds: number;
  readonly whole: boolean;
  readonly orientation: number;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly md5: string;
  readonly text: string | null;
  readonly image: Picture | null;
};

export type Fetched = Answer & { readonly hops: readonly Answer[] };

export type Short = {
  readonly target: string;
  readonly status: number;
  readonly code?: string | null;
  readonly cache?: string | null;
  readonly md5?: string;
  readonly failed?: string;
};

export type Expected = {
  readonly key: string;
  readonly contentType: string;
  readonly disposition: string;
  readonly image: Picture;
};

export type Signed = { readonly target: string; readonly url: string };

type Vector = {
  readonly signingKey: string;
  readonly message: string;
  readonly sig: string;
  readonly url: string;
};

/** Each job of client.py: what it takes and what it answers. */
type Jobs = {
  readonly source: [{ readonly file: string }, Picture];
  readonly sign: [
    {
      readonly key: string;
      readonly kid: string;
      readonly exp: number | null;
      readonly tenant: string;
      readonly path: string;
      readonly operations: readonly string[];
      readonly written?: string;
    },
    Signed,
  ];
  readonly signingKey: [{ readonly root: string; readonly info: string }, string];
  readonly vector: [
    {
      readonly root: string;
      readonly tenant: string;
      readonly generation: number;
      readonly kid: string;
      readonly exp: number | null;
      readonly path: string;
      readonly query?: readonly string[];
    },
    Vector,
  ];
  readonly expected: [
    { readonly source: Picture; readonly target: string; readonly accept?: string },
    Expected,
  ];
  readonly fetch: [
    {
      readonly port: number;
      readonly target: string;
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly follow?: number;
    },
    Fetched,
  ];
  readonly fetchAll: [
    { readonly port: number; readonly targets: readonly string[] },
    readonly Short[],
  ];
  readonly burst: [
    { readonly port: number; readonly target: string; readonly count: number },
    readonly Answer[],
  ];
  readonly spellings: [
    {
      readonly seed: number;
      readonly count: number;
      readonly path: string;
      readonly required: readonly {
        readonly variants: readonly string[];
        readonly defaults?: readonly string[];
      }[];
      readonly droppable: readonly string[];
      readonly signer: { readonly key: string; readonly kid: string; readonly exp: number };
    },
    readonly string[],
  ];
  readonly mutations: [
    { readonly seed: number; readonly count: number; readonly urls: readonly string[] },
    readonly { readonly target: string; readonly same: boolean }[],
  ];
};

export type Client = {
  readonly ask: <Name extends keyof Jobs>(
    job: Name,
    input: Jobs[Name][0],
  ) => Promise<Jobs[Name][1]>;
  readonly close: () => Promise<void>;
};

type Waiting = { readonly resolve: (answer: never) => void; readonly reject: (e: Error) => void };
type Line = { readonly id: number; readonly answer?: never; readonly error?: string };

function connect(child: ChildProcess): Client {
  const waiting = new Map<number, Waiting>();
  let next = 0;
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the client has no pipes');
  createInterface({ input: stdout }).on('line', (line) => {
    const { id, answer, error } = JSON.parse(line) as Line;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error !== undefined) asked?.reject(new Error(`client.py: ${error}`));
    else asked?.resolve(answer as never);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('client.py has ended'));
      resolve();
    });
  });
  return {
    ask: (job, input) =>
      new Promise((resolve, reject) => {
        next += 1;
        waiting.set(next, { resolve, reject });
        stdin.write(`${JSON.stringify({ ...input, id: next, job })}\n`);
      }),
    close: () => {
      stdin.end();
      return gone;
    },
  };
}

/** Starts the independent client: Python 3 and nothing else. */
export function startClient(): Client {
  const script = fileURLToPath(new URL('client.py', import.meta.url));
  const child = spawn('python3', ['-B', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return connect(child);
}

/** Whether these tests cannot run. */
export const isSkipped = notRun('the independent client', missingPrograms(['python3']));
