/*
 * Which web pages may read answers (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). CloudFront adds
 * these headers to the answers of the cache and the origin. viewer-request writes them on its own answers,
 * because AWS does not document that CloudFront adds them there.
 */

/** The values of the CORS headers, for the functions, the deployed distribution and the emulator. */
export const cors = {
  methods: ['GET', 'HEAD'],
  /** Refusal codes, validators, and the times of a render. */
  exposedHeaders: ['x-signet-error', 'etag', 'server-timing'],
  /** Chromium's limit for the lifetime of a preflight answer. */
  maxAgeSeconds: 7_200,
  anyHeader: ['*'],
  /** With credentials CloudFront refuses `*`: these are the request headers that fetching an image can need. */
  namedHeaders: [
    ...['accept', 'cache-control', 'if-match', 'if-modified-since', 'if-none-match', 'if-range'],
    ...['if-unmodified-since', 'pragma', 'range'],
  ],
} as const;

type Headers = Readonly<Record<string, string>>;

/** Who may read an answer: any page without credentials, or the pages that the deployment lists. */
function allowance(corsOrigins: readonly string[], origin: string | undefined): Headers {
  if (origin === undefined) return {};
  if (corsOrigins.length === 0) return { 'access-control-allow-origin': '*' };
  if (!corsOrigins.includes(origin)) return {};
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}

/**
 * The CORS headers of an answer to GET or HEAD; none without an Origin, and none for a page that a deployment
 * with `corsOrigins` does not list.
 */
export function corsHeaders(corsOrigins: readonly string[], origin: string | undefined): Headers {
  const allowed = allowance(corsOrigins, origin);
  if (Object.keys(allowed).length === 0) return {};
  return { ...allowed, 'access-control-expose-headers': cors.exposedHeaders.join(', ') };
}

/** The CORS headers of an answer to OPTIONS, by the same rules. */
export function preflightHeaders(
  corsOrigins: readonly string[],
  origin: string | undefined,
): Headers {
  const allowed = allowance(corsOrigins, origin);
  if (Object.keys(allowed).length === 0) return {};
  const headers = corsOrigins.length === 0 ? cors.anyHeader : cors.namedHeaders;
  return {
    ...allowed,
    'access-control-allow-methods': cors.methods.join(', '),
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(cors.maxAgeSeconds),
  };
}
