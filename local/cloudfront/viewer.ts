import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Callers, findForeignCaller } from '../http/callers.ts';
import type { ErrorDetail } from './edge-response.ts';
import { distributionDomainName, type EmulatedRequest } from './functions/edge-event.ts';
import { type HeaderLine, headerLines, withoutHeaders } from './header-map.ts';
import { maxHeadBytes, maxTargetBytes, splitRequestTarget } from './request-target.ts';

/** A request that CloudFront refuses before any function runs. */
export type RefusedRequest = {
  readonly kind: 'refused';
  readonly status: number;
  readonly message: string;
  /** Absent if CloudFront does not log the request, because its URL or its headers are too long. */
  readonly detail?: ErrorDetail;
};

const refusals = {
  badRequest: {
    kind: 'refused',
    status: 400,
    message: 'Bad request.',
    detail: 'InvalidRequest',
  },
  targetTooLong: { kind: 'refused', status: 414, message: 'The URL is too long.' },
  headTooLong: { kind: 'refused', status: 431, message: 'The request headers are too long.' },
  body: {
    kind: 'refused',
    status: 403,
    message: 'Bad request: GET and HEAD carry no body.',
    detail: 'InvalidRequest',
  },
  method: {
    kind: 'refused',
    status: 403,
    message:
      'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.',
    detail: 'InvalidRequestMethod',
  },
} as const satisfies Record<string, RefusedRequest>;

/** The methods that the cache behavior allows. */
const allowedMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Creates a request id in the form of `x-amz-cf-id`. */
export function newRequestId(): string {
  return randomBytes(42).toString('base64url');
}

/** The bytes of a request's head, without its method and version. */
export function headBytes(target: string, lines: readonly HeaderLine[]): number {
  return lines.reduce((sum, [name, value]) => sum + name.length + value.length + 4, target.length);
}

/** The address of a viewer. A dual-stack socket reports IPv4 viewers as mapped IPv6 addresses. */
export function clientIpOf({ remoteAddress = '' }: Socket): string {
  return remoteAddress.replace(/^::ffff:/, '');
}

function hasBody(message: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = message.headers;
  return coding !== undefined || (length !== undefined && Number(length) !== 0);
}

/** The headers with exactly one Host, or undefined if the host is missing or ambiguous. */
function normalizeHost(
  message: IncomingMessage,
  authority: string | undefined,
): readonly HeaderLine[] | undefined {
  const lines = headerLines(message.rawHeaders);
  const hosts = lines.filter(([name]) => name.toLowerCase() === 'host');
  const old = message.httpVersion === '1.0';
  const [host] = hosts;
  if (hosts.length > 1 || (!host && !old)) return undefined;
  if (host && host[1] === '') return undefined;
  if (authority === undefined && host) return lines;
  return [['Host', authority ?? distributionDomainName], ...withoutHeaders(lines, ['host'])];
}

/** A refusal if the host of a request is not one of the local stack. A request of HTTP/1.0 may have none. */
function refuseForeign(
  message: IncomingMessage,
  headers: readonly HeaderLine[],
  authority: string | undefined,
  callers: Callers,
): RefusedRequest | undefined {
  if (authority === undefined && message.headers.host === undefined) return undefined;
  const reason = findForeignCaller(headers.flat(), callers);
  if (reason === undefined) return undefined;
  return { kind: 'refused', status: 403, message: reason, detail: 'InvalidRequestBlocked' };
}

/**
 * Reads a viewer's request. Returns a refusal if CloudFront would answer it itself, or if the request is
 * for another host than `callers` names.
 */
export function readViewerRequest(
  message: IncomingMessage,
  requestId: string,
  callers: Callers,
): ({ readonly kind: 'request' } & EmulatedRequest) | RefusedRequest {
  const { method = '', rawHeaders, url = '' } = message;
  if (url.length >= maxTargetBytes) return refusals.targetTooLong;
  if (headBytes(url, headerLines(rawHeaders)) > maxHeadBytes) return refusals.headTooLong;
  const target = splitRequestTarget(url);
  const headers = normalizeHost(message, target?.authority);
  if (!target || !headers) return refusals.badRequest;
  const foreign = refuseForeign(message, headers, target.authority, callers);
  if (foreign) return foreign;
  if (!allowedMethods.has(method)) return refusals.method;
  if (method !== 'OPTIONS' && hasBody(message)) return refusals.body;
  const clientIp = clientIpOf(message.socket);
  const { querystring, uri } = target;
  return { kind: 'request', requestId, clientIp, method, uri, querystring, headers };
}
