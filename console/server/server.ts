import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { sendFailure, sendText } from './answer.ts';
import { answerCall } from './answer-call.ts';
import type { CallContext } from './call.ts';
import { sendEvents } from './events.ts';
import { cookieName, findForeign, findSignedOut, type Gate, isToken } from './guard.ts';
import { indexName, type PageFile, type PageFiles } from './page-files.ts';
import { sendPicture } from './pictures.ts';
import { securityHeaders } from './security-headers.ts';
import { receiveUpload } from './uploads.ts';
import { sendUsageCsv } from './usage-csv.ts';

/* The server of the console: the page, the calls behind it, and pictures. It listens on this machine only. */

export type ConsoleOptions = Pick<CallContext, 'open' | 'target' | 'clock'> & {
  /** 0 for any free port. */
  readonly port: number;
  readonly files: PageFiles;
  /** Made anew if left out. */
  readonly token?: string;
};

export type RunningConsole = {
  /** The address with the token. */
  readonly address: string;
  readonly port: number;
  readonly close: () => Promise<void>;
};

export const consoleHost = '127.0.0.1';

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void> | void;

function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  response
    .writeHead(200, {
      ...securityHeaders,
      'cache-control': file.lasting ? 'private, max-age=31536000, immutable' : 'no-store',
      'content-type': file.type,
      ...(zipped ? { 'content-encoding': 'gzip', vary: 'accept-encoding' } : {}),
    })
    .end(zipped ? gzipSync(file.content) : file.content);
}

/**
 * Sets the cookie and leaves the token behind: an address with it would stay in the history. The page goes on itself,
 * because a browser that came from elsewhere, such as a file, would follow a redirection without the new cookie.
 */
function signIn({ cookie, token }: Gate, response: ServerResponse): void {
  response
    .writeHead(200, {
      ...securityHeaders,
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'set-cookie': `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`,
    })
    .end(
      '<!doctype html><title>Signet console</title><meta http-equiv="refresh" content="0;url=/"><a href="/">Open the console</a>\n',
    );
}

/** The page answers every address that is not a file, because its views have addresses. */
function sendPage(files: PageFiles, request: IncomingMessage, response: ServerResponse, url: URL) {
  const name = url.pathname.slice(1);
  const isView = !/\.\w+$/.test(name);
  const file = files.get(isView ? indexName : name);
  if (file === undefined) sendText(response, 404, 'There is no such file.');
  else sendFile(request, response, file);
}

type Route = (
  context: CallContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void> | void;

/** What answers besides the page, by method and the first part of the path. */
const routes: Readonly<Record<string, Route>> = {
  'POST api': (context, request, response, { pathname }) =>
    answerCall(context, pathname.slice('/api/'.length), request, response),
  'POST upload': receiveUpload,
  'GET picture': (context, _request, response, url) => sendPicture(context, response, url),
  'GET events': (context, _request, response, url) => sendEvents(context, response, url),
  'GET usage.csv': (context, _request, response, url) => sendUsageCsv(context, response, url),
};

function createRoutes(context: CallContext, files: PageFiles): Handler {
  return (request, response, url) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const name = `${method} ${url.pathname.split('/')[1]}`;
    if (Object.hasOwn(routes, name)) return routes[name]?.(context, request, response, url);
    if (method !== 'GET') return sendText(response, 405, 'The console has no such call.');
    return sendPage(files, request, response, url);
  };
}

function createHandler(gate: Gate, routes: Handler): Handler {
  return (request, response, url) => {
    const seen = { method: request.method ?? '', headers: request.headers };
    const foreign = findForeign(gate, seen);
    if (foreign !== undefined) return sendText(response, foreign.status, foreign.message);
    const given = request.method === 'GET' ? url.searchParams.get('token') : null;
    if (given !== null && isToken(gate, given)) return signIn(gate, response);
    const signedOut = findSignedOut(gate, seen);
    if (signedOut !== undefined) return sendText(response, signedOut.status, signedOut.message);
    return routes(request, response, url);
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, consoleHost, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Starts the console. Throws Node's error if the port is in use. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { files, token = randomBytes(18).toString('base64url') } = options;
  let handle: Handler = (_request, response) => sendText(response, 503, 'The console starts.');
  const server = createServer((request, response) => {
    const handled = async (): Promise<void> =>
      handle(request, response, new URL(request.url ?? '/', `http://${consoleHost}`));
    handled().catch((thrown: unknown) => {
      if (response.headersSent) response.destroy();
      else sendFailure(response, thrown, options.target === 'local');
    });
  });
  const port = await listen(server, options.port);
  const hosts = [`${consoleHost}:${port}`, `localhost:${port}`];
  handle = createHandler({ hosts, token, cookie: cookieName(port) }, createRoutes(options, files));
  return {
    address: `http://${hosts[0]}/?token=${token}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
