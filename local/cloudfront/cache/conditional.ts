import type { EdgeResponse } from '../edge-response.ts';
import { type HeaderLine, headerValue, withoutHeaders } from '../header-map.ts';

type Range = { readonly start: number; readonly end: number };

// A single range only. For several ranges a server may answer with the whole object.
const singleRange = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/;

function parseRange(text: string, length: number): Range | 'unsatisfiable' | undefined {
  const [, first, last] = singleRange.exec(text.trim()) ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? length - 1 : Math.min(Number(last), length - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}

function opaqueTag(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}

function matchesTag(condition: string, etag: string): boolean {
  return condition
    .split(',')
    .some((tag) => tag.trim() === '*' || opaqueTag(tag) === opaqueTag(etag));
}

function isNotModified(response: EdgeResponse, asked: readonly HeaderLine[]): boolean {
  const etag = headerValue(response.headers, 'etag');
  const tags = headerValue(asked, 'if-none-match');
  // If-None-Match takes precedence over If-Modified-Since.
  if (tags !== undefined) return etag !== undefined && matchesTag(tags, etag);
  const since = Date.parse(headerValue(asked, 'if-modified-since') ?? '');
  const modified = Date.parse(headerValue(response.headers, 'last-modified') ?? '');
  return modified <= since;
}

function rangeApplies(response: EdgeResponse, asked: readonly HeaderLine[]): boolean {
  const condition = headerValue(asked, 'if-range');
  if (condition === undefined) return true;
  if (condition.includes('"')) return condition === headerValue(response.headers, 'etag');
  return condition === headerValue(response.headers, 'last-modified');
}

function selectRange(response: EdgeResponse, text: string): EdgeResponse {
  const length = response.body.length;
  const range = parseRange(text, length);
  if (range === undefined) return response;
  const headers = withoutHeaders(response.headers, ['content-range']);
  if (range === 'unsatisfiable') {
    const kept = withoutHeaders(headers, ['content-type', 'cache-control', 'etag']);
    const total: HeaderLine = ['content-range', `bytes */${length}`];
    return { status: 416, headers: [...kept, total], body: Buffer.alloc(0) };
  }
  const { start, end } = range;
  return {
    status: 206,
    headers: [...headers, ['content-range', `bytes ${start}-${end}/${length}`]],
    body: response.body.subarray(start, end + 1),
  };
}

/** Answers a request from a stored object: in full, in part, or with 304. */
export function answerFromStored(
  response: EdgeResponse,
  asked: readonly HeaderLine[],
): EdgeResponse {
  if (response.status !== 200) return response;
  if (isNotModified(response, asked)) {
    return { ...response, status: 304, body: Buffer.alloc(0) };
  }
  const range = headerValue(asked, 'range');
  if (range === undefined || !rangeApplies(response, asked)) return response;
  return selectRange(response, range);
}
