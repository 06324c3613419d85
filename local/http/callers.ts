import { localHosts } from '../../shared/deployment/local-endpoints.ts';
import { tenantOfHost } from '../../shared/url/host-map.ts';
import { isListedOrigin } from './origins.ts';

/*
 * Web pages can send requests to the ports of this machine, and the credentials of the local stack are
 * public. A page of another site could delete objects with a plain POST. With a name of its own that
 * resolves to this machine (DNS rebinding) it could also read the answers. So every port answers only to
 * its own names, and the ports for programs refuse foreign pages.
 */

/** Who may call a port. */
export type Callers = {
  /** Names without a port, in lower case: `name`, or `*.name` for every name below it. */
  readonly hosts: readonly string[];
  /** `all`, or the origins of the pages that may call the port. The port `*` is any port. */
  readonly pages: 'all' | readonly string[];
};

const loopbackHosts = ['127.0.0.1', 'localhost', '*.localhost', '[::1]'];

/** The pages that may call the S3 port if SIGNET_ORIGINS is not set. */
export const localOrigins: readonly string[] = ['http://localhost:*', 'http://127.0.0.1:*'];

/** The callers of a port that listens on `bind`. `hosts` are further names, `pages` is none by default. */
export function localCallers(
  bind: string,
  hosts: readonly string[] = [],
  pages: Callers['pages'] = [],
): Callers {
  const own = (bind.includes(':') ? `[${bind}]` : bind).toLowerCase();
  return { hosts: [...loopbackHosts, own, ...hosts], pages };
}

/** The values of a header in Node's flat list of names and values. */
function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter(
    (_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name,
  );
}

const hostForm = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?$/;

function isOwnHost(host: string, { hosts }: Callers): boolean {
  const [, name] = hostForm.exec(host.toLowerCase()) ?? [];
  if (name === undefined) return false;
  const isListed = hosts.some((form) =>
    form.startsWith('*.') ? name.endsWith(form.slice(1)) : name === form,
  );
  return isListed || tenantOfHost(localHosts, name) !== undefined;
}

/** Only text that is harmless in HTML, XML and JSON is repeated. */
const quote = (text: string): string =>
  /^[\w.:/[\]-]{1,255}$/.test(text) ? `"${text}"` : 'of this request';

function originOf(referer: string): string {
  return URL.canParse(referer) ? new URL(referer).origin : 'null';
}

/**
 * The origins of the pages that a request comes from; none if no page of another site sent it. Browsers
 * send no Origin for images and links, so their Referer counts. A page cannot forge either.
 */
function pagesOf(rawHeaders: readonly string[]): readonly string[] {
  const origins = valuesOf(rawHeaders, 'origin');
  const isForeign = valuesOf(rawHeaders, 'sec-fetch-site').includes('cross-site');
  if (origins.length > 0 || !isForeign) return origins;
  const [referer = ''] = valuesOf(rawHeaders, 'referer');
  return [originOf(referer)];
}

function findForeignPage(
  rawHeaders: readonly string[],
  host: string | undefined,
  pages: readonly string[],
): string | undefined {
  const own = host === undefined ? [] : [`http://${host.toLowerCase()}`];
  const foreign = pagesOf(rawHeaders).find((origin) => !isListedOrigin([...own, ...pages], origin));
  if (foreign === undefined) return undefined;
  if (pages.length === 0) return 'Web pages may not call this port; call it from a program.';
  if (foreign === 'null')
    return 'A page without an origin may not call this port; serve the page from an origin in SIGNET_ORIGINS.';
  return `The page ${quote(foreign)} may not call this port; if it is yours, add its origin to SIGNET_ORIGINS.`;
}

/**
 * Why a request is refused, in one sentence; undefined if its host and its page may call the port.
 * `rawHeaders` is Node's flat list. A request with several Host lines is left to the server, which answers
 * 400; one without a Host comes from no browser.
 */
export function findForeignCaller(
  rawHeaders: readonly string[],
  callers: Callers,
): string | undefined {
  const [host, second] = valuesOf(rawHeaders, 'host');
  if (second !== undefined) return undefined;
  if (host !== undefined && host !== '' && !isOwnHost(host, callers))
    return `The host ${quote(host)} is not one of the local stack; if it is yours, add it to SIGNET_HOSTS.`;
  return callers.pages === 'all' ? undefined : findForeignPage(rawHeaders, host, callers.pages);
}
