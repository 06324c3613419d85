import type { Place } from './address.ts';
import { assertValid } from './assert-valid.ts';

/** The attributes of the cookie `signet-grant`. */
export type CookieOptions = {
  /**
   * The parent domain of the application and the images, such as `example.com`. Leave it out if both
   * have the same host.
   */
  readonly domain?: string;
  /** Default: the path of the tenant's images, so that no other request carries the grant. */
  readonly path?: string;
  /** Default: `Lax`. Use `None` if pages of other sites show the images. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
};

/** Returns the value of `set-cookie` for a grant and its lifetime in seconds. */
export type GrantCookie = (grant: string, seconds: number) => string;

const hostForm = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/** Throws `malformed` if browsers would not send a cookie of this domain to the image host. */
function checkDomain(domain: string, host: string): void {
  assertValid(
    hostForm.test(domain) &&
      `.${host}`.endsWith(`.${domain}`) &&
      (domain.includes('.') || domain === host),
    `domain "${domain}" does not cover the image host ${host}`,
  );
}

/** Throws `malformed` if browsers would not send a cookie of this path with the images. */
function checkPath(path: string, images: string): void {
  assertValid(
    /^\/[\w./~%-]*$/.test(path) && `${images}/`.startsWith(path.replace(/\/?$/, '/')),
    `path "${path}" does not cover the image path ${images || '/'}`,
  );
}

/**
 * Returns a function that writes the cookie `signet-grant`. The cookie is limited to the host and path of
 * the images, hidden from scripts (HttpOnly) and sent over HTTPS only (Secure). Throws `malformed` if
 * browsers would not send it with the images.
 */
export function grantCookie(place: Place, options: CookieOptions): GrantCookie {
  const { hostname } = new URL(place.url);
  const images = place.ownHost ? '' : `/${place.tenant}`;
  const { path = images || '/', sameSite = 'Lax' } = options;
  for (const one of [path, options.domain ?? ''])
    assertValid(typeof one === 'string', 'domain or path is not text');
  const domain = options.domain?.replace(/^\./, '').toLowerCase();
  assertValid(['Strict', 'Lax', 'None'].includes(sameSite), 'sameSite must be Strict, Lax or None');
  if (domain !== undefined) checkDomain(domain, hostname);
  checkPath(path, images);
  const where = [...(domain === undefined ? [] : [`Domain=${domain}`]), `Path=${path}`];
  return (grant, seconds) =>
    [
      `signet-grant=${grant}`,
      `Max-Age=${seconds}`,
      ...where,
      ...['HttpOnly', 'Secure', `SameSite=${sameSite}`],
    ].join('; ');
}
