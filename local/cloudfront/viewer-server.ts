import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { corsHeaders } from '../../shared/deployment/cors.ts';
import type { Callers } from '../http/callers.ts';
import { type AccessLog, watchRequest } from './access-log/access-log.ts';
import { deliver, deliverRaw } from './delivery.ts';
import { type ChooseLocation, edgeLocationName, locationHeader } from './edge-location.ts';
import type { Delivery, LocalDelivery } from './edge-response.ts';
import { errorPage } from './error-page.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import { headerValue, withoutHeaders } from './header-map.ts';
import { newRequestId, type RefusedRequest, readViewerRequest } from './viewer.ts';

/** Longer than CloudFront's own limit, so that a head that is too long gets an error page. */
const maxParsedHeadBytes = 256 * 1024;

const serverOptions: http.ServerOptions = {
  maxHeaderSize: maxParsedHeadBytes,
  requireHostHeader: false,
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 2_000,
};

/** The server for viewers. Closing waits for requests in progress until `deadline` (epoch ms). */
export type ViewerServer = {
  readonly port: number;
  readonly close: (deadline: number) => Promise<void>;
};

function errorDelivery(
  { status, message, detail }: Omit<RefusedRequest, 'kind'>,
  requestId: string,
): Delivery {
  const response = errorPage(status, message, requestId);
  return { generated: true, response, result: 'Error', ...(detail && { detail }) };
}

function answerParseError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const requestId = newRequestId();
  const status =
    { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const delivery = errorDelivery({ status, message: 'Bad request.' }, requestId);
  deliverRaw(socket, delivery, { requestId, location: edgeLocationName(0) });
}

/** Discards a body for a moment. Closing while the client sends could lose the answer. */
async function waitUntilDrained(message: http.IncomingMessage): Promise<void> {
  message.resume();
  if (message.complete) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 500);
    message.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

type ViewerOptions = {
  readonly callers: Callers;
  /** The pages that may use credentials; empty for any page without credentials. */
  readonly corsOrigins: readonly string[];
  readonly accessLog: AccessLog;
  readonly chooseLocation: ChooseLocation;
  readonly answer: (viewer: EmulatedRequest, location: number) => Promise<Delivery | LocalDelivery>;
};

const noSuchLocation = {
  kind: 'refused',
  status: 400,
  message: `${locationHeader} is not the number of an edge location; SIGNET_LOCATIONS sets how many there are.`,
  detail: 'InvalidRequest',
} as const satisfies RefusedRequest;

/** Reads a request, without the header that chooses a location: the functions of a deployment have none. */
function readRequest(
  message: http.IncomingMessage,
  requestId: string,
  { callers, chooseLocation }: ViewerOptions,
) {
  const read = readViewerRequest(message, requestId, callers);
  if (read.kind === 'refused') return read;
  if (chooseLocation(message) === undefined) return noSuchLocation;
  return { ...read, headers: withoutHeaders(read.headers, [locationHeader]) };
}

async function handle(
  message: http.IncomingMessage,
  response: http.ServerResponse,
  options: ViewerOptions,
): Promise<void> {
  const requestId = newRequestId();
  const at = options.chooseLocation(message) ?? 0;
  const answeredBy = { requestId, location: edgeLocationName(at) };
  const watched = watchRequest(message, response, answeredBy, options.accessLog);
  const method = message.method ?? 'GET';
  const read = readRequest(message, requestId, options);
  if (read.kind === 'request') {
    message.resume();
    const cors = corsHeaders(options.corsOrigins, headerValue(read.headers, 'origin'));
    const delivery = await options.answer(read, at);
    const sent = deliver(response, delivery, { method, ...answeredBy, cors });
    if (delivery.local) watched.skip();
    else watched.note(delivery, sent);
    return;
  }
  if (read.detail === undefined) watched.skip();
  await waitUntilDrained(message);
  // The rest of a refused request is not read, so the connection cannot be reused.
  response.shouldKeepAlive = false;
  const refused = errorDelivery(read, requestId);
  watched.note(refused, deliver(response, refused, { method, ...answeredBy, cors: {} }));
}

function waitUntilListening(server: http.Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Tracks connections without a complete request: idle, unused, or in the middle of a head. */
function trackIdle(server: http.Server): { readonly destroyIdle: () => void } {
  const open = new Set<Socket>();
  const busy = new Set<http.ServerResponse>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.prependListener('request', (_message, response) => {
    busy.add(response);
    response.once('close', () => busy.delete(response));
  });
  return {
    destroyIdle: () => {
      const used = new Set([...busy].map(({ req }) => req.socket));
      for (const socket of open) if (!used.has(socket)) socket.destroy();
    },
  };
}

function closeServer(
  server: http.Server,
  destroyIdle: () => void,
  deadline: number,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), deadline - Date.now());
    // A connection becomes idle only after its last answer was sent.
    const sweep = setInterval(destroyIdle, 25);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
  });
}

const connectRefusal = {
  status: 403,
  message: 'CONNECT is not allowed.',
  detail: 'InvalidRequestMethod',
} as const;

function refuseConnect(
  message: http.IncomingMessage,
  socket: Duplex,
  { accessLog }: ViewerOptions,
): void {
  const requestId = newRequestId();
  const answeredBy = { requestId, location: edgeLocationName(0) };
  const watched = watchRequest(message, socket, answeredBy, accessLog);
  const refused = errorDelivery(connectRefusal, requestId);
  watched.note(refused, deliverRaw(socket, refused, answeredBy));
}

/** Starts the server for viewers. Nothing that a socket sends can end the process. */
export async function startViewerServer(
  options: ViewerOptions & {
    readonly host: string;
    readonly port: number;
    readonly onError: (error: unknown) => void;
  },
): Promise<ViewerServer> {
  const server = http.createServer(serverOptions, (message, response) => {
    // Later errors of the connection are the viewer's problem and must not be thrown.
    message.on('error', () => undefined);
    response.on('error', () => undefined);
    handle(message, response, options).catch((error: unknown) => {
      options.onError(error);
      response.destroy();
    });
  });
  const { destroyIdle } = trackIdle(server);
  server.maxHeadersCount = 0;
  server.timeout = 120_000;
  server.on('clientError', answerParseError);
  server.on('connect', (message, socket) => refuseConnect(message, socket, options));
  const port = await waitUntilListening(server, options.host, options.port);
  return { port, close: (deadline) => closeServer(server, destroyIdle, deadline) };
}
