import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Callers, findForeignCaller } from './callers.ts';

export type Listener = { readonly port: number; readonly close: () => Promise<void> };

/** Why bytes could not be parsed as a request, or that its host or page may not call the port. */
export type WireFault = 'method' | 'headers_too_large' | 'timeout' | 'malformed' | 'foreign';

export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly callers: Callers;
  /** `reason` is one sentence for the caller, for the fault `foreign`. */
  readonly refuse: (fault: WireFault, reason?: string) => WireAnswer;
  /** Headers that take longer are treated as a slow-header attack. */
  readonly headersMillis?: number;
  /** The limit for a whole request, including its body. */
  readonly requestMillis?: number;
};

const closeGraceMillis = 2_000;
// What a refused upload may still send before its connection is closed. Some clients read the answer
// only after the last byte, so this is the largest body that any server here accepts.
const drainBytes = 128 * 1024 * 1024;
const drainMillis = 10_000;

/** Starts an HTTP/1.1 server. Throws the system's error if it cannot listen on the port. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: options.headersMillis ?? 10_000,
      requestTimeout: options.requestMillis ?? 120_000,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: false,
    },
    (request, response) => void serve(server, options, request, response),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    refuseSocket(socket, options.refuse(wireFault(error)), error);
  });
  server.on('connect', (_request, socket) => refuseSocket(socket, options.refuse('method')));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  server.removeAllListeners('error');
  server.on('error', () => undefined);
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

async function serve(
  server: Server,
  options: ListenOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Later connection errors are the client's problem and must not be thrown.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  response.on('finish', () => discardBody(request));
  if (!server.listening) response.setHeader('connection', 'close');
  const reason = findForeignCaller(request.rawHeaders, options.callers);
  if (reason !== undefined) {
    const { status, headers, body } = options.refuse('foreign', reason);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? '' : body);
    return;
  }
  try {
    await options.handle(request, response);
  } catch {
    response.destroy();
  }
}

/** Discards the rest of a body, within limits, so that the client can read its answer. */
function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let seen = 0;
  const timer = setTimeout(() => request.destroy(), drainMillis).unref();
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > drainBytes) request.destroy();
  });
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  // An unfinished iterator keeps its listener, which would keep the body paused.
  request.removeAllListeners('readable');
  setImmediate(() => request.resume());
}

type WireError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/**
 * Discards the rest of a body before the answer, if the client wants the connection closed after it. Node
 * would close it at once, and a client that is still sending would never read why it was refused.
 */
export async function discardLastBody(request: IncomingMessage): Promise<void> {
  if (request.headers.connection?.toLowerCase() !== 'close' || request.complete) return;
  if (request.destroyed) return;
  await new Promise<void>((resolve) => {
    request.once('end', resolve);
    request.once('close', resolve);
    discardBody(request);
  });
}

function wireFault(error: WireError): WireFault {
  // A TLS handshake is also reported as an invalid method. Only a word is a method.
  const hasMethod = /^[A-Z]{3,32} /.test(error.rawPacket?.toString('latin1', 0, 40) ?? '');
  if (error.code === 'HPE_INVALID_METHOD' && hasMethod) return 'method';
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'malformed';
}

function refuseSocket(socket: Duplex, answer: WireAnswer, error?: NodeJS.ErrnoException): void {
  socket.on('error', () => undefined);
  if (error?.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const headers = {
    ...answer.headers,
    connection: 'close',
    'content-length': String(Buffer.byteLength(answer.body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${answer.status} \r\n${lines.join('')}\r\n${answer.body}`, () =>
    socket.destroy(),
  );
}

/** Stops accepting, waits a moment for requests in progress, then closes all connections. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 25);
    const deadline = setTimeout(() => server.closeAllConnections(), closeGraceMillis);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(deadline);
      resolve();
    });
  });
}
