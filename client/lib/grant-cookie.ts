import type { Place } from './address.ts';
import { assertValid } from './need.ts';

export type CookieOptions = {
  /**
   * The domain under which both the application and the images are, such as `example.com`; left out
   * where they have one host.
   */
  readonly domain?: string;
  /** Where the tenant's images are, if nothing is said: nothing else is sent the grant. */
  readonly path?: string;
  /** `Lax` if nothing is said; `None` where pages of other sites show the images. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
};

/** The cookie for a grant, for so many seconds. */
export type GrantCookie = (grant: string, seconds: number) => string;

const hostForm = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/** Throws `malformed` for a domain that browsers would not send to the images' host. */
function checkDomain(domain: string, host: string): void {
  assertValid(
    hostForm.test(domain) &&
      `.${host}`.endsWith(`.${domain}`) &&
      (domain.includes('.') || domain === host),
    `domain "${domain}" does not cover ${host}, where the images are`,
  );
}

/** Throws `malformed` for a path that browsers would not send to the images. */
function checkPath(path: string, images: string): void {
  assertValid(
    /^\/[\w./~%-]*$/.test(path) && `${images}/`.startsWith(path.replace(/\/?$/, '/')),
    `path "${path}" does not cover ${images || '/'}, where the images are`,
  );
}

/**
 * Writes the cookie `signet-grant` of a place: for that host and that path, out of reach of scripts, and
 * never in the clear. Throws `malformed` where it would not reach the images.
 */
export function grantCookie(place: Place, options: CookieOptions): GrantCookie {
  const { hostname } = new URL(place.url);
  const images = place.ownHost ? '' : `/${place.tenant}`;
  const { path = images || '/', sameSite = 'Lax' } = options;
  const domain = options.domain?.replace(/^\./, '').toLowerCase();
  assertValid(
    ['Strict', 'Lax', 'None'].includes(sameSite),
    `sameSite is "${sameSite}"; write Strict, Lax or None`,
  );
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
