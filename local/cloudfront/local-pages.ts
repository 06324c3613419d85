import type { LocalDelivery } from './edge-response.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import { headerValue } from './header-map.ts';

/** A page of the local stack, which no deployment has. */
export type LocalPage = { readonly contentType: string; readonly body: string };

/** The page may load images of the service and inline styles, but no scripts. */
const policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#2b6cb0"/></svg>';

/** What browsers and crawlers request of every host without being asked. */
const unasked: ReadonlyMap<string, LocalPage> = new Map([
  ['/favicon.ico', { contentType: 'image/svg+xml', body: icon }],
  ['/robots.txt', { contentType: 'text/plain', body: 'User-agent: *\nDisallow: /\n' }],
]);

const isRead = ({ method }: EmulatedRequest): boolean => method === 'GET' || method === 'HEAD';

/** On the host of a tenant a source may have such a name. Cookies of other programs on this machine do not count. */
const hasCredential = ({ headers, querystring }: EmulatedRequest): boolean =>
  querystring !== '' || headerValue(headers, 'cookie')?.includes('signet-grant=') === true;

/** The local page that answers a request; undefined for a request of the distribution. */
export async function findLocalPage(
  viewer: EmulatedRequest,
  startPage: (() => LocalPage | Promise<LocalPage>) | undefined,
): Promise<LocalPage | undefined> {
  if (startPage === undefined || !isRead(viewer)) return undefined;
  if (viewer.uri === '/' && viewer.method === 'GET') return startPage();
  return hasCredential(viewer) ? undefined : unasked.get(viewer.uri);
}

/** The answer with a local page. */
export function localDelivery({ body, contentType }: LocalPage): LocalDelivery {
  return {
    local: true,
    response: {
      status: 200,
      headers: [
        ['content-type', contentType],
        ['cache-control', 'no-store'],
        ['content-security-policy', policy],
        ['x-content-type-options', 'nosniff'],
      ],
      body: Buffer.from(body),
    },
  };
}
