import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Delivery, ResultDetail, ResultType } from '../edge-response.ts';
import { type HeaderLine, headerLines, headerValue } from '../header-map.ts';
import { splitRequestTarget } from '../request-target.ts';
import { clientIpOf, headBytes } from '../viewer.ts';
import { type AccessRecord, printAccessLine } from './access-line.ts';

export type AccessLog = {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly write: (line: string) => void;
};

/** An answer as it was sent. */
type SentAnswer = { readonly delivery: Delivery; readonly headers: readonly HeaderLine[] };

/** A request that gets a line when its answer has ended. */
export type WatchedRequest = {
  /** Notes the answer when its first byte is written. */
  readonly note: (delivery: Delivery, headers: readonly HeaderLine[]) => void;
  /** Leaves the request out of the log. */
  readonly skip: () => void;
};

/** The bytes of each connection that belong to earlier answers. */
const earlierBytes = new WeakMap<Socket, number>();

/** The bytes that were sent since the last call for a connection. */
function countSent(socket: Socket): number {
  const sent = socket.bytesWritten - (earlierBytes.get(socket) ?? 0);
  earlierBytes.set(socket, socket.bytesWritten);
  return sent;
}

type RequestFields =
  | 'clientIp'
  | 'clientPort'
  | 'method'
  | 'host'
  | 'uri'
  | 'querystring'
  | 'httpVersion'
  | 'referer'
  | 'userAgent'
  | 'forwardedFor';

/** What the viewer sent. A target that is no path, such as `*`, is logged as it is. */
function requestFields(message: IncomingMessage): Pick<AccessRecord, RequestFields> {
  const { httpVersion, method = '', socket, url = '' } = message;
  const [path = '', ...query] = url.split('?');
  const written = { uri: path, querystring: query.join('?'), authority: undefined };
  const target = splitRequestTarget(url) ?? written;
  const headers = headerLines(message.rawHeaders);
  return {
    clientIp: clientIpOf(socket),
    clientPort: socket.remotePort,
    method,
    host: target.authority ?? headerValue(headers, 'host'),
    uri: target.uri,
    querystring: target.querystring,
    httpVersion,
    referer: headerValue(headers, 'referer'),
    userAgent: headerValue(headers, 'user-agent'),
    forwardedFor: headerValue(headers, 'x-forwarded-for'),
  };
}

type AnswerFields =
  | 'status'
  | 'responseResult'
  | 'result'
  | 'detail'
  | 'contentType'
  | 'contentLength'
  | 'contentRange';

/** How CloudFront describes an answer; `whole` is false if the viewer left before its end. */
function answerFields(
  sent: SentAnswer | undefined,
  whole: boolean,
): Pick<AccessRecord, AnswerFields> {
  const { delivery, headers = [] } = sent ?? {};
  const before: ResultType = delivery?.result ?? 'Error';
  const after: ResultType = whole ? before : 'Error';
  const detail: ResultDetail | ResultType = whole ? (delivery?.detail ?? after) : 'ClientCommError';
  return {
    status: delivery?.response.status,
    responseResult: before,
    result: after,
    detail,
    contentType: headerValue(headers, 'content-type'),
    contentLength: headerValue(headers, 'content-length'),
    contentRange: headerValue(headers, 'content-range'),
  };
}

/** Counts the bytes of a request, with a head of the form that most clients send. */
function countReceived(message: IncomingMessage): () => number {
  const { method = '', rawHeaders, url = '' } = message;
  let bytes = `${method}  HTTP/1.1\r\n\r\n`.length + headBytes(url, headerLines(rawHeaders));
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  return () => bytes;
}

/** The request in the log, and the name of the edge location that answers it. */
type Identification = Pick<AccessRecord, 'requestId' | 'location'>;

/**
 * Watches a request from its arrival on, and the response or the socket that gets the answer. The line is
 * written when that is closed.
 */
export function watchRequest(
  message: IncomingMessage,
  answer: EventEmitter,
  identification: Identification,
  { clock, write }: AccessLog,
): WatchedRequest {
  const { socket } = message;
  const request = requestFields(message);
  const received = countReceived(message);
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  const end = () => ({ endedAt: clock(), takenMs: elapsed(), sentBytes: countSent(socket) });
  let sent: (SentAnswer & { readonly firstByteMs: number }) | undefined;
  let whole: ReturnType<typeof end> | undefined;
  let skipped = false;
  // Before the listeners of Node, which write the next answer of the connection.
  answer.prependListener('finish', () => {
    whole = end();
  });
  answer.once('close', () => {
    const ended = whole ?? end();
    if (skipped) return;
    const { firstByteMs = ended.takenMs } = sent ?? {};
    const fields = answerFields(sent, whole !== undefined);
    const counts = { receivedBytes: received(), firstByteMs };
    write(printAccessLine({ ...request, ...identification, ...fields, ...ended, ...counts }));
  });
  return {
    note: (delivery, headers) => {
      sent = { delivery, headers, firstByteMs: elapsed() };
    },
    skip: () => {
      skipped = true;
    },
  };
}
