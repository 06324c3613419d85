import type { CloudFrontHeaders, CloudFrontRequest } from 'aws-lambda';
import { type HeaderLine, toHeaderLines } from '../header-map.ts';
import { checkHeaderChanges, checkHeaders } from './header-rules.ts';
import { invalidResult } from './lambda-fault.ts';

/** The response of a function. Without a body the origin's body is sent. */
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
// The characters of a path in a request line: printable ASCII without space and question mark.
const uriText = /^\/[\x21-\x3e\x40-\x7e]*$/;
const queryText = /^[\x21-\x7e]*$/;

function readFields(result: unknown): Fields {
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

function readStatus(result: Fields): number {
  const status = result['status'];
  if (typeof status === 'string' && statusText.test(status)) return Number(status);
  throw invalidResult(`status ${JSON.stringify(status)} is not a string from "200" to "599"`);
}

function readBody(result: Fields): { readonly sent: string; readonly body: Buffer } | undefined {
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

function checkResponse(
  result: Fields,
  before: CloudFrontHeaders,
  event: 'viewer-request' | 'origin-response',
  maxBytes: number,
): FunctionResponse {
  const status = readStatus(result);
  optionalText(result, 'statusDescription');
  const headers = checkHeaders(result['headers'] ?? {});
  checkHeaderChanges(before, headers, event);
  const lines = toHeaderLines(headers);
  const body = readBody(result);
  // Only a body from the function is limited. Base64 is counted as sent, because AWS does not
  // document whether CloudFront counts it decoded.
  const bytes = body ? headerBytes(lines) + Buffer.byteLength(body.sent) : 0;
  if (bytes > maxBytes) throw invalidResult(`${bytes} bytes exceed the limit of ${maxBytes}`);
  return { status, headers: lines, body: body?.body };
}

function checkUri(result: Fields): { readonly uri: string; readonly querystring: string } {
  const { uri, querystring } = result;
  if (typeof uri !== 'string' || !uriText.test(uri)) {
    throw invalidResult('uri does not start with "/" or is not percent-encoded');
  }
  if (typeof querystring !== 'string' || !queryText.test(querystring)) {
    throw invalidResult('querystring is not a percent-encoded string');
  }
  return { uri, querystring };
}

function checkRequest(result: Fields, before: CloudFrontRequest): CloudFrontRequest {
  for (const name of ['method', 'clientIp'] as const) {
    if (result[name] !== before[name]) throw invalidResult(`read-only field ${name} was changed`);
  }
  const headers = checkHeaders(result['headers']);
  checkHeaderChanges(before.headers, headers, 'viewer-request');
  return { ...before, ...checkUri(result), headers };
}

/** Checks a viewer-request result by CloudFront's rules. Throws `LambdaFault`. */
export function viewerRequestResult(
  result: unknown,
  before: CloudFrontRequest,
  maxBytes: number,
): ViewerRequestResult {
  const given = readFields(result);
  if (!('status' in given)) return { kind: 'request', request: checkRequest(given, before) };
  // In a response every read-only header counts as added, so it may contain none.
  return { kind: 'response', response: checkResponse(given, {}, 'viewer-request', maxBytes) };
}

/** Checks an origin-response result by CloudFront's rules. Throws `LambdaFault`. */
export function originResponseResult(
  result: unknown,
  before: CloudFrontHeaders,
  maxBytes: number,
): FunctionResponse {
  return checkResponse(readFields(result), before, 'origin-response', maxBytes);
}
