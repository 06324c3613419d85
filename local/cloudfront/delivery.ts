import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { withoutCacheTags } from './cache/cache-tags.ts';
import type { Delivery, LocalDelivery } from './edge-response.ts';
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

/** Larger bodies are written in pieces, so that the log knows how much of them an aborted download got. */
const pieceBytes = 65_536;

function contentLength(delivery: Delivery | LocalDelivery, method: string): readonly HeaderLine[] {
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
  /** The name of the edge location that answers. */
  readonly location: string;
  /** The CORS headers for the page of the viewer. */
  readonly cors: Readonly<Record<string, string>>;
};

function viewerHeaders(
  delivery: Delivery | LocalDelivery,
  { method, requestId, location, cors }: Viewer,
): HeaderLine[] {
  const { response } = delivery;
  if (delivery.local) return [...response.headers, ...contentLength(delivery, method)];
  const { age, result } = delivery;
  const added: HeaderLine[] = [
    ...contentLength(delivery, method),
    ['x-cache', `${result} from cloudfront`],
    ['via', `1.1 ${distributionDomainName} (CloudFront)`],
    ['x-amz-cf-pop', location],
    ['x-amz-cf-id', requestId],
    ...(age === undefined ? [] : ([['age', String(age)]] as const)),
  ];
  const kept = withoutHeaders(withoutCacheTags(response.headers), ownHeaders);
  return applyResponseHeadersPolicy([...kept, ...added], delivery.generated ? {} : cors);
}

function bodyFor(delivery: Delivery | LocalDelivery, method: string): Buffer {
  const none = method === 'HEAD' || bodiless.has(delivery.response.status);
  return none ? Buffer.alloc(0) : delivery.response.body;
}

/** Writes a body at the pace at which the viewer reads it. */
function sendBody(response: ServerResponse, body: Buffer, from = 0): void {
  const end = from + pieceBytes;
  if (end >= body.length) response.end(body.subarray(from));
  else response.write(body.subarray(from, end), (error) => error ?? sendBody(response, body, end));
}

/** Sends an answer to a viewer. Returns its headers, without those that Node adds. */
export function deliver(
  response: ServerResponse,
  delivery: Delivery | LocalDelivery,
  viewer: Viewer,
): readonly HeaderLine[] {
  const { method } = viewer;
  const { status } = delivery.response;
  const lines = viewerHeaders(delivery, viewer);
  response.writeHead(status, STATUS_CODES[status] ?? 'Unknown', lines.flat());
  sendBody(response, bodyFor(delivery, method));
  return lines;
}

/** Answers on a bare connection and closes it. Returns the headers. */
export function deliverRaw(
  socket: Duplex,
  delivery: Delivery,
  answeredBy: Pick<Viewer, 'requestId' | 'location'>,
): readonly HeaderLine[] {
  const { status } = delivery.response;
  const viewer = { method: 'GET', ...answeredBy, cors: {} };
  const lines: HeaderLine[] = [...viewerHeaders(delivery, viewer), ['connection', 'close']];
  socket.on('error', () => socket.destroy());
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${head}\r\n`);
  // Closing at once could reset the connection before the client reads the answer.
  socket.end(bodyFor(delivery, 'GET'), () => setTimeout(() => socket.destroy(), 500).unref());
  return lines;
}
