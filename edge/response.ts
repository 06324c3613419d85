import type { CloudFrontHeaders, CloudFrontResponse, CloudFrontResultResponse } from 'aws-lambda';
import { cacheTagHeader } from '../shared/objects/derivatives.ts';
import { answerOf, type Refusal } from '../shared/refusal.ts';

/** Headers by lower-case name, as CloudFront wants them. */
export function cloudFrontHeaders(headers: Readonly<Record<string, string>>): CloudFrontHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]),
  );
}

/** What S3 says of its error page is not true of the answer. */
const stale = [
  'content-length',
  'content-encoding',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
  'cache-control',
  'expires',
  'content-type',
];

export type EdgeAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly text: string } | { readonly bytes: Uint8Array };
};

function bodyOf(body: EdgeAnswer['body']): { body: string; bodyEncoding: 'text' | 'base64' } {
  if ('text' in body) return { body: body.text, bodyEncoding: 'text' };
  return { body: Buffer.from(body.bytes).toString('base64'), bodyEncoding: 'base64' };
}

/**
 * Writes an answer over S3's. Invariant: the received object is kept and changed, because a fresh
 * one would lack the read-only `transfer-encoding` of S3's errors, and CloudFront answers 502.
 */
export function overwrite(
  response: CloudFrontResponse,
  answer: EdgeAnswer,
): CloudFrontResultResponse {
  const kept = response.headers;
  for (const name of stale) delete kept[name];
  return Object.assign(response, {
    status: String(answer.status),
    statusDescription: '',
    headers: Object.assign(kept, cloudFrontHeaders(answer.headers)),
    ...bodyOf(answer.body),
  });
}

/** The body must be set: unset, S3's XML would go out. */
export function emptyBody(response: CloudFrontResponse): CloudFrontResultResponse {
  delete response.headers['content-length'];
  delete response.headers['content-type'];
  return Object.assign(response, { body: '', bodyEncoding: 'text' as const });
}

/**
 * A refusal as an answer. One that is cached carries the tags of the derivative that it stands in
 * for, so that the purge of a source also drops what was said while it was missing or damaged.
 */
export function refusalAnswer(refusal: Refusal, tags?: string): EdgeAnswer {
  const { status, headers, body } = answerOf(refusal);
  const tagged = tags === undefined ? headers : { ...headers, [cacheTagHeader]: tags };
  return { status, headers: tagged, body: { text: body } };
}
