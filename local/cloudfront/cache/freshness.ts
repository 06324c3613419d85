import { cacheSeconds, shortErrors } from '../../../shared/deployment/delivery.ts';
import type { EdgeResponse } from '../edge-response.ts';
import { headerValue } from '../header-map.ts';

const { usual: defaultTtl, most: maximumTtl } = cacheSeconds;

/** Errors by how CloudFront caches them. Other errors are never cached. */
const alwaysCached: ReadonlySet<number> = new Set([404, 410, 414, 500, 501, 502, 503, 504]);
const cachedWithMaxAge: ReadonlySet<number> = new Set([400, 403, 405, 412, 415]);
const obeysNoStore: ReadonlySet<number> = new Set([404, 410, 414, 501]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** How long an answer may be used, in milliseconds after its arrival. */
export type CacheLifetime = {
  readonly freshMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
};

type Directives = ReadonlyMap<string, string>;

function parseDirectives(response: EdgeResponse): Directives {
  const text = headerValue(response.headers, 'cache-control') ?? '';
  const pairs = text.split(',').map((part): [string, string] => {
    const [name = '', value = ''] = part.split('=', 2);
    return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
  });
  return new Map(pairs);
}

function directiveSeconds(found: Directives, name: string): number | undefined {
  const value = found.get(name);
  if (value === undefined || !/^[0-9]{1,15}$/.test(value)) return undefined;
  return Math.min(Number(value), maximumTtl);
}

function expiresSeconds(response: EdgeResponse, now: number): number | undefined {
  const expires = headerValue(response.headers, 'expires');
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  // HTTP: an invalid Expires, such as 0, means already expired.
  return Number.isNaN(at) ? 0 : Math.min(Math.max(0, (at - now) / 1000), maximumTtl);
}

function requestedSeconds(
  response: EdgeResponse,
  found: Directives,
  now: number,
): number | undefined {
  return (
    directiveSeconds(found, 's-maxage') ??
    directiveSeconds(found, 'max-age') ??
    expiresSeconds(response, now)
  );
}

function forbidsStorage(found: Directives): boolean {
  return found.has('no-store') || found.has('no-cache') || found.has('private');
}

function errorSeconds(response: EdgeResponse, found: Directives, now: number): number {
  const { status } = response;
  const always = alwaysCached.has(status);
  if (!always && !cachedWithMaxAge.has(status)) return 0;
  if (obeysNoStore.has(status) && forbidsStorage(found)) return 0;
  const asked = requestedSeconds(response, found, now);
  if (!always && asked === undefined) return 0;
  return Math.max(asked ?? 0, shortErrors.includes(status) ? 1 : 10);
}

function freshSeconds(response: EdgeResponse, found: Directives, now: number): number {
  const { status } = response;
  if (status >= 400) return errorSeconds(response, found, now);
  // A part or a 304 is not a whole object and cannot be cached as one.
  if (status === 206 || status === 304 || forbidsStorage(found)) return 0;
  if (redirects.has(status)) {
    return directiveSeconds(found, 's-maxage') ?? directiveSeconds(found, 'max-age') ?? 0;
  }
  return status < 300 ? (requestedSeconds(response, found, now) ?? defaultTtl) : 0;
}

/** How long CloudFront keeps an answer, or undefined if it does not store it. */
export function cacheLifetime(response: EdgeResponse, now: number): CacheLifetime | undefined {
  const found = parseDirectives(response);
  const fresh = freshSeconds(response, found, now);
  if (fresh <= 0) return undefined;
  const staleMs = (name: string): number =>
    1000 * Math.min(directiveSeconds(found, name) ?? 0, maximumTtl - fresh);
  return {
    freshMs: fresh * 1000,
    staleWhileRevalidateMs: staleMs('stale-while-revalidate'),
    staleIfErrorMs: staleMs('stale-if-error'),
  };
}
