/*
 * How the distribution treats every answer, as data. The deployed distribution and the local emulator
 * both use it.
 */

/** Headers on hits, misses and refusals, regardless of the origin. */
export const responseHeaders = {
  set: {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'cross-origin-resource-policy': 'cross-origin',
    'timing-allow-origin': '*',
    // Browsers keep an answer without CORS headers apart from one with them.
    vary: 'Accept, Origin',
  },
  /** Headers of S3 and the metadata of derivatives. CloudFront allows ten names and no wildcard. */
  remove: [
    ...['server', 'x-amz-version-id', 'x-amz-server-side-encryption'],
    ...['x-amz-request-id', 'x-amz-id-2'],
    ...['x-amz-meta-cache-tag', 'x-amz-meta-source-etag', 'x-amz-meta-recipe', 'x-amz-meta-engine'],
  ],
} as const;

/**
 * Errors that CloudFront would cache for ten seconds. They are set to 0, which an S3 origin turns into
 * 1. Errors that may be cached longer say so in Cache-Control.
 */
export const shortErrors: readonly number[] = [400, 403, 404, 405, 500, 501, 502, 503, 504];

/** The times of the cache policy in seconds. The minimum is 0, so that answers can forbid caching. */
export const cacheSeconds = { minimum: 0, usual: 86_400, most: 31_536_000 } as const;
