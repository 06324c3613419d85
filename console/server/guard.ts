import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/*
 * Who may talk to the console. It acts with the rights of the operator, so a page of another origin, a name that was
 * pointed at this machine, and another user of it must reach nothing.
 */

export type GuardedRequest = { readonly method: string; readonly headers: IncomingHttpHeaders };

/** What a console accepts. */
export type Gate = {
  /** The values of Host, such as `127.0.0.1:8081`. */
  readonly hosts: readonly string[];
  readonly token: string;
  readonly cookie: string;
};

/** Why a request is refused, with the status and a sentence for people. */
export type GateRefusal = { readonly status: 403 | 401; readonly message: string };

/** Browsers share cookies between the ports of a host, so the name has the port. */
export const cookieName = (port: number): string => `signet-console-${port}`;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in a time that does not depend on the text. */
export const isToken = (gate: Pick<Gate, 'token'>, text: string): boolean =>
  timingSafeEqual(digest(gate.token), digest(text));

function cookieOf({ cookie = '' }: IncomingHttpHeaders, name: string): string {
  const pair = cookie.split(/; */).find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? '';
}

const isOwnOrigin = (hosts: readonly string[], origin: string): boolean =>
  hosts.some((host) => origin === `http://${host}`);

/** Only a browser that shows a page of the console sends a change with this origin. */
function hasForeignOrigin({ hosts }: Gate, { method, headers }: GuardedRequest): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return !isOwnOrigin(hosts, origin);
  return method !== 'GET' && method !== 'HEAD' && site !== 'same-origin';
}

/**
 * Checks the address that the browser used, and the page that sent the request. Undefined if both are the console's
 * own. A name that an attacker pointed at 127.0.0.1 fails here, whatever cookies it brings.
 */
export function findForeign(gate: Gate, request: GuardedRequest): GateRefusal | undefined {
  if (!gate.hosts.includes(request.headers.host ?? ''))
    return {
      status: 403,
      message: `This is a Signet console. Open it as http://${gate.hosts[0]}/`,
    };
  if (hasForeignOrigin(gate, request))
    return { status: 403, message: 'A page of another origin cannot use the console.' };
  return undefined;
}

/** Checks the cookie that the printed address has set. */
export function findSignedOut(gate: Gate, { headers }: GuardedRequest): GateRefusal | undefined {
  if (isToken(gate, cookieOf(headers, gate.cookie))) return undefined;
  return {
    status: 401,
    message:
      'Open the address that the console printed when it started. It has a new token at each start.',
  };
}
