import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { vi } from 'vitest';
import type { AwsAccess } from '../../../shared/adapters/aws-client.ts';

/** What the server does with one request. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers with a status, headers and a body. */
export const reply =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

export const reset: Reply = (response) => void response.socket?.resetAndDestroy();
export const close: Reply = (response) => void response.socket?.destroy();

/**
 * For tests with a fake `setTimeout`: lets the time of a try end once the request has arrived, so that no
 * test depends on how busy the machine is.
 */
const endTry = (): void => void vi.advanceTimersByTime(3_600_000);
export const silence: Reply = endTry;

/** Sends the head and half of what it announces. */
const half = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': 8 });
  response.write('half');
};
export const cutBody: Reply = (response) => {
  half(response);
  setImmediate(() => response.socket?.end());
};
export const stalledBody: Reply = (response) => {
  half(response);
  const late = setInterval(() => {
    clearInterval(late);
    endTry();
  }, 50);
};

export type Seen = {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Counts connections from 1. */
  readonly connection: number;
};

/**
 * A server that answers requests with the replies of a script, in order, and then with its last one.
 * It checks no signature: the embedded services do.
 */
export async function startScripted() {
  let script: readonly Reply[] = [];
  const seen: Seen[] = [];
  const connections: Socket[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers, socket } = request;
    const body = Buffer.concat(await request.toArray()).toString();
    seen.push({ method, url, headers, body, connection: connections.indexOf(socket) + 1 });
    (script[seen.length - 1] ?? script.at(-1))?.(response, request);
  });
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const access: AwsAccess = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'canary-secret' },
  };
  return {
    access,
    seen,
    connections,
    /** Sets the script and forgets what was seen. */
    play: (...replies: readonly Reply[]): void => {
      script = replies;
      seen.splice(0);
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An error as S3 writes it, with words that must not be repeated. */
export const s3Error = (status: number, code: string, headers = {}): Reply =>
  reply(status, `<Error><Code>${code}</Code><Message>canary-words</Message></Error>`, headers);

/** An error as services with JSON write it. */
export const jsonError = (status: number, type: string, headers = {}): Reply =>
  reply(status, JSON.stringify({ __type: type, Message: 'canary-words' }), headers);
