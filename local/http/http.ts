import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export type Listener = { readonly port: number; readonly close: () => Promise<void> };

/** What is wrong with bytes that never became a request. */
export type WireFault = 'method' | 'headers_too_large' | 'timeout' | 'malformed';

export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly refuse: (fault: WireFault) => WireAnswer;
  /** Headers that take longer than this are a slow-header attack. */
  readonly headersMillis?: number;
  /** A whole request may take this long, however slowly its body comes. */
  readonly requestMillis?: number;
};

const closeGraceMillis = 2_000;
// What a refused upload may still send before its connection is cut: enough for a client that
// reads its answer only after the last byte of the largest body accepted anywhere here.
const drainBytes = 128 * 1024 * 1024;
const drainMillis = 10_000;

/** Serves HTTP/1.1; rejects with the original error when the port cannot be had. */
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
  // Invariant: a connection error after this point is the client's and must not raise.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  response.on('finish', () => drain(request));
  if (!server.listening) response.setHeader('connection', 'close');
  try {
    await options.handle(request, response);
  } catch {
    response.destroy();
  }
}

/** Discards what is left of a body, within bounds, so that the client can read its answer. */
function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let seen = 0;
  const timer = setTimeout(() => request.destroy(), drainMillis).unref();
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > drainBytes) request.destroy();
  });
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  // An iterator that was left half-way still holds its listener, and would keep the body paused.
  request.removeAllListeners('readable');
  setImmediate(() => request.resume());
}

type WireError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

function wireFault(error: WireError): WireFault {
  // A TLS greeting is an invalid method to the parser, but no request in any method.
  const worded = /^[A-Z]{3,32} /.test(error.rawPacket?.toString('latin1', 0, 40) ?? '');
  if (error.code === 'HPE_INVALID_METHOD' && worded) return 'method';
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

/** Stops accepting, lets requests in flight end for a while, then cuts what is left. */
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
