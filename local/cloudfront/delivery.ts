import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { withoutCacheTags } from './cache/cache-tags.ts';
import type { Delivery } from './edge-response.ts';
import { distributionDomainName } from './functions/edge-event.ts';
import { type HeaderLine, headerValue, withoutHeaders } from './header-map.ts';
import { applyResponseHeadersPolicy } from './response-headers-policy.ts';

const bodiless: ReadonlySet<number> = new Set([204, 304]);

// Set for each viewer; the stored values are ignored.
const ownHeaders = [
  'age',
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'via',
];

function contentLength(delivery: Delivery, method: string): readonly HeaderLine[] {
  const { body, headers, status } = delivery.response;
  if (bodiless.has(status)) return [];
  const stated = method === 'HEAD' ? headerValue(headers, 'content-length') : undefined;
  // The length of an image that a HEAD did not make is not known.
  if (method === 'HEAD' && stated === undefined && body.length === 0) return [];
  return [['content-length', stated ?? String(body.length)]];
}

type Viewer = {
  readonly method: string;
  readonly requestId: string;
  /** The CORS headers for the page of the viewer. */
  readonly cors: Readonly<Record<string, string>>;
};

function viewerHeaders(delivery: Delivery, { method, requestId, cors }: Viewer): HeaderLine[] {
  const { age, response, xCache } = delivery;
  if (delivery.local) return [...response.headers, ...contentLength(delivery, method)];
  const added: HeaderLine[] = [
    ...contentLength(delivery, method),
    ['x-cache', xCache],
    ['via', `1.1 ${distributionDomainName} (CloudFront)`],
    ['x-amz-cf-pop', 'LOCAL1-C1'],
    ['x-amz-cf-id', requestId],
    ...(age === undefined ? [] : ([['age', String(age)]] as const)),
  ];
  const kept = withoutHeaders(withoutCacheTags(response.headers), ownHeaders);
  return applyResponseHeadersPolicy([...kept, ...added], delivery.generated ? {} : cors);
}

function bodyFor(delivery: Delivery, method: string): Buffer {
  const none = method === 'HEAD' || bodiless.has(delivery.response.status);
  return none ? Buffer.alloc(0) : delivery.response.body;
}

/** Sends an answer to a viewer. */
export function deliver(response: ServerResponse, delivery: Delivery, viewer: Viewer): void {
  const { method } = viewer;
  const { status } = delivery.response;
  const lines = viewerHeaders(delivery, viewer);
  response.writeHead(status, STATUS_CODES[status] ?? 'Unknown', lines.flat());
  response.end(bodyFor(delivery, method));
}

/** Answers a request that could not be parsed and closes the connection. */
export function deliverRaw(socket: Duplex, delivery: Delivery, requestId: string): void {
  const { status } = delivery.response;
  const viewer = { method: 'GET', requestId, cors: {} };
  const lines = [...viewerHeaders(delivery, viewer), ['connection', 'close']];
  socket.on('error', () => socket.destroy());
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${head}\r\n`);
  // Closing at once could reset the connection before the client reads the answer.
  socket.end(bodyFor(delivery, 'GET'), () => setTimeout(() => socket.destroy(), 500).unref());
}
