import type { CloudFrontHeaders } from 'aws-lambda';
import { invalidResult } from './lambda-fault.ts';

/** Headers that a function may read but not add, change or delete, by event. */
export const readOnlyHeaders = {
  'viewer-request': ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'],
  'origin-response': ['transfer-encoding', 'via'],
} as const;

/** Headers that no function may add. */
const disallowedNames: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'upgrade',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-amzn-auth',
  'x-amzn-cf-billing',
  'x-amzn-cf-id',
  'x-amzn-cf-xff',
  'x-amzn-errortype',
  'x-amzn-fle-profile',
  'x-amzn-header-count',
  'x-amzn-header-order',
  'x-amzn-lambda-integration-tag',
  'x-amzn-requestid',
  'x-cache',
  'x-forwarded-proto',
  'x-real-ip',
]);

const disallowedPrefixes = ['x-amz-cf-', 'x-edge-'];

const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

function isDisallowed(name: string): boolean {
  return disallowedNames.has(name) || disallowedPrefixes.some((prefix) => name.startsWith(prefix));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntry(name: string, entry: unknown): { key?: string; value: string } {
  if (!isRecord(entry)) throw invalidResult(`header ${name} has an entry that is not an object`);
  const { key, value } = entry;
  if (typeof value !== 'string')
    throw invalidResult(`header ${name} has a value that is not a string`);
  if (!fieldValue.test(value))
    throw invalidResult(`header ${name} has a value that HTTP does not allow`);
  if (key === undefined) return { value };
  if (typeof key !== 'string' || key.toLowerCase() !== name) {
    throw invalidResult(`header ${name} has a key that is another name`);
  }
  return { key, value };
}

/** Checks the form of a header map: lower-case names, lists of `{key?, value}`. */
export function checkHeaders(headers: unknown): CloudFrontHeaders {
  if (!isRecord(headers)) throw invalidResult('headers is not an object');
  const checked = Object.entries(headers).map(([name, entries]) => {
    if (!token.test(name)) throw invalidResult(`header name ${name} is not a lower-case token`);
    if (!Array.isArray(entries)) throw invalidResult(`header ${name} is not a list`);
    return [name, entries.map((entry) => checkEntry(name, entry))] as const;
  });
  return Object.fromEntries(checked);
}

function headerValues(headers: CloudFrontHeaders, name: string): string {
  const entries = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return JSON.stringify((entries ?? []).map(({ value }) => value));
}

/** Rejects changed read-only headers and disallowed headers that the event did not have. */
export function checkHeaderChanges(
  before: CloudFrontHeaders,
  after: CloudFrontHeaders,
  event: keyof typeof readOnlyHeaders,
): void {
  for (const name of readOnlyHeaders[event]) {
    if (headerValues(before, name) === headerValues(after, name)) continue;
    throw invalidResult(`read-only header ${name} was added, changed or deleted`);
  }
  for (const name of Object.keys(after)) {
    if (!isDisallowed(name) || headerValues(before, name) === headerValues(after, name)) continue;
    throw invalidResult(`disallowed header ${name} was added`);
  }
}
