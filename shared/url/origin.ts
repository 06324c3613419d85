/*
 * Origins of web pages, as browsers write them in the header Origin (RFC 6454): a scheme, a host in lower
 * case, and a port unless it is the usual one of the scheme.
 */

const originForm =
  /^(https?):\/\/((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\[::1\])(?::([1-9][0-9]{0,4}))?$/;
const maxOriginCharacters = 270;
const usualPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Browsers treat pages of this machine as secure without TLS. */
const loopback = /^(?:(?:.*\.)?localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Whether a text is the exact origin of a page that may use credentials: `https`, or `http` on this machine
 * (`localhost`, `*.localhost`, `127.0.0.1`, `[::1]`). Names with other letters are in Punycode.
 */
export function isOrigin(text: string): boolean {
  if (text.length > maxOriginCharacters) return false;
  const [, scheme = '', host = '', port] = originForm.exec(text) ?? [];
  if (host === '' || port === usualPorts[scheme] || Number(port ?? 1) > 65_535) return false;
  return scheme === 'https' || loopback.test(host);
}

/** Whether a text is an origin with `https`. */
export const isSecureOrigin = (text: string): boolean =>
  text.startsWith('https:') && isOrigin(text);
