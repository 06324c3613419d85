import type { CloudFrontHeaders, CloudFrontRequest } from 'aws-lambda';
import { type HeaderLine, linesOf } from '../header-map.ts';
import { checkedHeaders, checkHeaderChanges } from './header-rules.ts';
import { invalidResult } from './lambda-fault.ts';

/** A response a function made; without a body the origin's goes out. */
export type FunctionResponse = {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | undefined;
};

export type ViewerRequestResult =
  | { readonly kind: 'request'; readonly request: CloudFrontRequest }
  | { readonly kind: 'response'; readonly response: FunctionResponse };

type Fields = Readonly<Record<string, unknown>>;

const statusText = /^[2-5][0-9]{2}$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
// Printable ASCII without the space and the question mark: what can stand in a request line's path.
const uriText = /^\/[\x21-\x3e\x40-\x7e]*$/;
const queryText = /^[\x21-\x7e]*$/;

function fields(result: unknown): Fields {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    throw invalidResult('the result is not an object');
  }
  return Object.fromEntries(Object.entries(result));
}

function optionalText(result: Fields, name: string): string | undefined {
  const value = result[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalidResult(`${name} is not a string`);
}

function statusOf(result: Fields): number {
  const status = result['status'];
  if (typeof status === 'string' && statusText.test(status)) return Number(status);
  throw invalidResult(`status ${JSON.stringify(status)} is not a string from "200" to "599"`);
}

function bodyOf(result: Fields): { readonly sent: string; readonly body: Buffer } | undefined {
  const sent = optionalText(result, 'body');
  const encoding = optionalText(result, 'bodyEncoding') ?? 'text';
  if (encoding !== 'text' && encoding !== 'base64') {
    throw invalidResult('bodyEncoding is neither text nor base64');
  }
  if (sent === undefined) return undefined;
  if (encoding === 'text') return { sent, body: Buffer.from(sent, 'utf8') };
  if (sent.length % 4 !== 0 || !base64.test(sent)) throw invalidResult('body is not base64');
  return { sent, body: Buffer.from(sent, 'base64') };
}

function headerBytes(lines: readonly HeaderLine[]): number {
  return lines.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}

function checkedResponse(
  result: Fields,
  before: CloudFrontHeaders,
  event: 'viewer-request' | 'origin-response',
  maxBytes: number,
): FunctionResponse {
  const status = statusOf(result);
  optionalText(result, 'statusDescription');
  const headers = checkedHeaders(result['headers'] ?? {});
  checkHeaderChanges(before, headers, event);
  const lines = linesOf(headers);
  const body = bodyOf(result);
  // Only what the function generates is limited, and base64 is counted as it was sent: whether
  // CloudFront counts it decoded is nowhere documented, so this is the safe side.
  const bytes = body ? headerBytes(lines) + Buffer.byteLength(body.sent) : 0;
  if (bytes > maxBytes) throw invalidResult(`${bytes} bytes are more than ${maxBytes}`);
  return { status, headers: lines, body: body?.body };
}

function checkedUri(result: Fields): { readonly uri: string; readonly querystring: string } {
  const { uri, querystring } = result;
  if (typeof uri !== 'string' || !uriText.test(uri)) {
    throw invalidResult('uri does not start with "/" or is not percent-encoded');
  }
  if (typeof querystring !== 'string' || !queryText.test(querystring)) {
    throw invalidResult('querystring is not a percent-encoded string');
  }
  return { uri, querystring };
}

function checkedRequest(result: Fields, before: CloudFrontRequest): CloudFrontRequest {
  for (const name of ['method', 'clientIp'] as const) {
    if (result[name] !== before[name]) throw invalidResult(`read-only field ${name} was changed`);
  }
  const headers = checkedHeaders(result['headers']);
  checkHeaderChanges(before.headers, headers, 'viewer-request');
  return { ...before, ...checkedUri(result), headers };
}

/** Holds a viewer-request result to CloudFront's rules: a request to go on with, or a response. */
export function viewerRequestResult(
  result: unknown,
  before: CloudFrontRequest,
  maxBytes: number,
): ViewerRequestResult {
  const given = fields(result);
  if (!('status' in given)) return { kind: 'request', request: checkedRequest(given, before) };
  // Seen from a response every read-only header counts as added, so none may be in it.
  return { kind: 'response', response: checkedResponse(given, {}, 'viewer-request', maxBytes) };
}

/** Holds an origin-response result to CloudFront's rules. */
export function originResponseResult(
  result: unknown,
  before: CloudFrontHeaders,
  maxBytes: number,
): FunctionResponse {
  return checkedResponse(fields(result), before, 'origin-response', maxBytes);
}
