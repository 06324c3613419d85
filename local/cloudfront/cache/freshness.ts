import { cacheSeconds, shortErrors } from '../../../shared/deployment/delivery.ts';
import type { EdgeResponse } from '../edge-response.ts';
import { headerValue } from '../header-map.ts';

const { usual: defaultTtl, most: maximumTtl } = cacheSeconds;

/** Errors by how CloudFront caches them; those in no row are never cached. */
const alwaysCached: ReadonlySet<number> = new Set([404, 410, 414, 500, 501, 502, 503, 504]);
const cachedWithMaxAge: ReadonlySet<number> = new Set([400, 403, 405, 412, 415]);
const obeysNoStore: ReadonlySet<number> = new Set([404, 410, 414, 501]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** For how long an answer may be used, in milliseconds from when it came. */
export type CacheLifetime = {
  readonly freshMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
};

type Directives = ReadonlyMap<string, string>;

function directives(response: EdgeResponse): Directives {
  const text = headerValue(response.headers, 'cache-control') ?? '';
  const pairs = text.split(',').map((part): [string, string] => {
    const [name = '', value = ''] = part.split('=', 2);
    return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
  });
  return new Map(pairs);
}

function seconds(found: Directives, name: string): number | undefined {
  const value = found.get(name);
  if (value === undefined || !/^[0-9]{1,15}$/.test(value)) return undefined;
  return Math.min(Number(value), maximumTtl);
}

function expiresIn(response: EdgeResponse, now: number): number | undefined {
  const expires = headerValue(response.headers, 'expires');
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  // HTTP: an Expires that is no date, such as 0, means already expired.
  return Number.isNaN(at) ? 0 : Math.min(Math.max(0, (at - now) / 1000), maximumTtl);
}

function lifetimeAskedFor(
  response: EdgeResponse,
  found: Directives,
  now: number,
): number | undefined {
  return seconds(found, 's-maxage') ?? seconds(found, 'max-age') ?? expiresIn(response, now);
}

function refusesStorage(found: Directives): boolean {
  return found.has('no-store') || found.has('no-cache') || found.has('private');
}

function errorSeconds(response: EdgeResponse, found: Directives, now: number): number {
  const { status } = response;
  const always = alwaysCached.has(status);
  if (!always && !cachedWithMaxAge.has(status)) return 0;
  if (obeysNoStore.has(status) && refusesStorage(found)) return 0;
  const asked = lifetimeAskedFor(response, found, now);
  if (!always && asked === undefined) return 0;
  return Math.max(asked ?? 0, shortErrors.includes(status) ? 1 : 10);
}

function freshSeconds(response: EdgeResponse, found: Directives, now: number): number {
  const { status } = response;
  if (status >= 400) return errorSeconds(response, found, now);
  // A part or a "not modified" is no whole object: neither can stand for one.
  if (status === 206 || status === 304 || refusesStorage(found)) return 0;
  if (redirects.has(status)) {
    return seconds(found, 's-maxage') ?? seconds(found, 'max-age') ?? 0;
  }
  return status < 300 ? (lifetimeAskedFor(response, found, now) ?? defaultTtl) : 0;
}

/** How long CloudFront keeps an answer, or undefined when it does not store it at all. */
export function lifetime(response: EdgeResponse, now: number): CacheLifetime | undefined {
  const found = directives(response);
  const fresh = freshSeconds(response, found, now);
  if (fresh <= 0) return undefined;
  const extra = (name: string): number =>
    1000 * Math.min(seconds(found, name) ?? 0, maximumTtl - fresh);
  return {
    freshMs: fresh * 1000,
    staleWhileRevalidateMs: extra('stale-while-revalidate'),
    staleIfErrorMs: extra('stale-if-error'),
  };
}
