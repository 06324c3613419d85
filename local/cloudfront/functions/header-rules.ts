import type { CloudFrontHeaders } from 'aws-lambda';
import { invalidResult } from './lambda-fault.ts';

/** Headers a function may see but neither add, change nor delete, by event. */
export const readOnlyHeaders = {
  'viewer-request': ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'],
  'origin-response': ['transfer-encoding', 'via'],
} as const;

/** Headers no function may add, whatever the event. */
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

function findDisallowed(name: string): boolean {
  return disallowedNames.has(name) || disallowedPrefixes.some((prefix) => name.startsWith(prefix));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkedEntry(name: string, entry: unknown): { key?: string; value: string } {
  if (!isRecord(entry)) throw invalidResult(`header ${name} has an entry that is not an object`);
  const { key, value } = entry;
  if (typeof value !== 'string')
    throw invalidResult(`header ${name} has a value that is no string`);
  if (!fieldValue.test(value)) throw invalidResult(`header ${name} has a value HTTP cannot carry`);
  if (key === undefined) return { value };
  if (typeof key !== 'string' || key.toLowerCase() !== name) {
    throw invalidResult(`header ${name} has a key that is another name`);
  }
  return { key, value };
}

/** Holds a result's header map to its form: lower-case names, lists of `{key?, value}`. */
export function checkedHeaders(headers: unknown): CloudFrontHeaders {
  if (!isRecord(headers)) throw invalidResult('headers is not an object');
  const checked = Object.entries(headers).map(([name, entries]) => {
    if (!token.test(name)) throw invalidResult(`header name ${name} is not a lower-case token`);
    if (!Array.isArray(entries)) throw invalidResult(`header ${name} is not a list`);
    return [name, entries.map((entry) => checkedEntry(name, entry))] as const;
  });
  return Object.fromEntries(checked);
}

function values(headers: CloudFrontHeaders, name: string): string {
  const entries = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return JSON.stringify((entries ?? []).map(({ value }) => value));
}

/** Refuses a change of a read-only header and a disallowed header the event did not have. */
export function checkHeaderChanges(
  before: CloudFrontHeaders,
  after: CloudFrontHeaders,
  event: keyof typeof readOnlyHeaders,
): void {
  for (const name of readOnlyHeaders[event]) {
    if (values(before, name) === values(after, name)) continue;
    throw invalidResult(`read-only header ${name} was added, changed or deleted`);
  }
  for (const name of Object.keys(after)) {
    if (!findDisallowed(name) || values(before, name) === values(after, name)) continue;
    throw invalidResult(`disallowed header ${name} was added`);
  }
}
