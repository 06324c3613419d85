/*
 * What the distribution does with every answer, as data: the one that is deployed is made of it, and
 * the emulator acts by it.
 */

/** Headers on hits, misses and refusals alike, whatever the origin says. */
export const responseHeaders = {
  set: {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'timing-allow-origin': '*',
    vary: 'Accept',
  },
  /** CloudFront takes no wildcard, and ten names at most: what S3 says, and what derivatives carry. */
  remove: [
    ...['server', 'x-amz-version-id', 'x-amz-server-side-encryption'],
    ...['x-amz-meta-cache-tag', 'x-amz-meta-source-etag', 'x-amz-meta-recipe', 'x-amz-meta-engine'],
  ],
} as const;

/**
 * Errors that are not to live for the ten seconds that CloudFront gives them: 0, which an S3 origin
 * makes into 1. What is to live longer says so itself.
 */
export const shortErrors: readonly number[] = [400, 403, 404, 405, 500, 501, 502, 503, 504];

/** The cache policy's times in seconds; the minimum is 0, or no answer could refuse to be stored. */
export const cacheSeconds = { minimum: 0, usual: 86_400, most: 31_536_000 } as const;
