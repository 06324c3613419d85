import type { CloudFrontHeaders, CloudFrontResponse, CloudFrontResultResponse } from 'aws-lambda';
import { cacheTagHeader } from '../shared/objects/derivatives.ts';
import { answerOf, type Refusal } from '../shared/refusal.ts';

/** Headers by lower-case name, in CloudFront's form. */
export function cloudFrontHeaders(headers: Readonly<Record<string, string>>): CloudFrontHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]),
  );
}

/** The reason phrases of the statuses that the functions answer with (RFC 9110, section 15). */
const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A status in CloudFront's form. HTTP/1.1 also has the phrase, and that of S3's answer would contradict the number. */
export const describeStatus = (status: number) => ({
  status: String(status),
  statusDescription: phrases[status] ?? '',
});

/** Headers that describe S3's error page and not the answer. */
const replacedHeaders = [
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

/** An answer, before it is put into the form of CloudFront. */
export type EdgeAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A HEAD has `none`: an empty body could get a content-length of 0. */
  readonly body:
    | { readonly text: string }
    | { readonly bytes: Uint8Array }
    | { readonly none: true };
};

function bodyOf(body: EdgeAnswer['body']): Pick<CloudFrontResultResponse, 'body' | 'bodyEncoding'> {
  if ('none' in body) return {};
  if ('text' in body) return { body: body.text, bodyEncoding: 'text' };
  return { body: Buffer.from(body.bytes).toString('base64'), bodyEncoding: 'base64' };
}

/**
 * Replaces S3's answer. Invariant: the received object is changed in place, because a new one would lack
 * the read-only `transfer-encoding` of S3's errors, and CloudFront would answer 502.
 */
export function overwrite(
  response: CloudFrontResponse,
  answer: EdgeAnswer,
): CloudFrontResultResponse {
  const kept = response.headers;
  for (const name of replacedHeaders) delete kept[name];
  return Object.assign(response, {
    ...describeStatus(answer.status),
    headers: Object.assign(kept, cloudFrontHeaders(answer.headers)),
    ...bodyOf(answer.body),
  });
}

/** Empties the body. It must be set, or CloudFront would send S3's XML. */
export function emptyBody(response: CloudFrontResponse): CloudFrontResultResponse {
  delete response.headers['content-length'];
  delete response.headers['content-type'];
  return Object.assign(response, { body: '', bodyEncoding: 'text' as const });
}

/**
 * Turns a refusal into an answer. It carries the cache tags of the derivative, so that a purge of the
 * source also removes cached refusals from the time when it was missing or damaged.
 */
export function refusalAnswer(refusal: Refusal, tags?: string): EdgeAnswer {
  const { status, headers, body } = answerOf(refusal);
  const tagged = tags === undefined ? headers : { ...headers, [cacheTagHeader]: tags };
  return { status, headers: tagged, body: { text: body } };
}
