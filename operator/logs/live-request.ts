import { type HostMap, longForm } from '../../shared/url/host-map.ts';
import { decodePath, splitPath } from '../../shared/url/path.ts';
import type { LoggedRequest } from './access-log.ts';
import { hitTypes, tenantOfRequest } from './request-tenant.ts';
import { isRefusal, type ServiceLine } from './service-line.ts';

/**
 * A request as it is shown while it happens: what the functions and the access log say of it. It has no query, so no
 * signature. Null: not known.
 */
export type LiveRequest = {
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly tenant: string | null;
  /** The path of the source, or of a URL that names none. */
  readonly path: string;
  readonly recipe: string | null;
  readonly kid: string | null;
  readonly status: number | null;
  /** The code of a refusal. */
  readonly code: string | null;
  readonly reason: string | null;
  /** The code that a policy in report mode would have refused with. */
  readonly reported: string | null;
  /** Whether a cache answered. */
  readonly hit: boolean | null;
  readonly rendered: boolean;
  /** Of the render. */
  readonly milliseconds: number | null;
  readonly bytes: number | null;
  /** How many requests it counts for, because lines are sampled. */
  readonly requests: number;
};

/** What is known of one request so far. */
export type RequestParts = {
  readonly viewer?: ServiceLine | undefined;
  readonly origin?: ServiceLine | undefined;
  readonly access?: LoggedRequest | undefined;
};

/** Longer texts are cut. Viewers choose them, and thousands are kept. */
const mostCharacters = 300;

const cut = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;

const cutOrNull = (text: string | undefined): string | null =>
  text === undefined ? null : cut(text);

/** The source in a logged URL. A URL that names none is shown as it was sent. */
function readUri(hosts: HostMap, { host, uri, querystring }: LoggedRequest) {
  try {
    const source = splitPath(decodePath(longForm(hosts, host, uri, querystring)));
    return { path: source.path, recipe: null };
  } catch {
    return { path: uri, recipe: null };
  }
}

const codeOf = (line: ServiceLine | undefined): string | null =>
  line !== undefined && isRefusal(line.outcome) ? line.outcome : null;

const named = ({ viewer, origin }: RequestParts): ServiceLine | undefined => viewer ?? origin;

function timeOf(parts: RequestParts): string {
  const { access } = parts;
  return named(parts)?.time ?? new Date((access?.at ?? 0) * 1_000).toISOString();
}

function placeOf(hosts: HostMap, parts: RequestParts) {
  const line = named(parts);
  const { access } = parts;
  if (line?.path !== undefined || access === undefined)
    return { path: line?.path ?? '', recipe: line?.recipe ?? null };
  return readUri(hosts, access);
}

/** Joins what the logs say about one request. */
export function toLiveRequest(hosts: HostMap, parts: RequestParts): LiveRequest {
  const { access, origin, viewer } = parts;
  const line = named(parts);
  const { path, recipe } = placeOf(hosts, parts);
  const reason = viewer?.reason ?? origin?.reason;
  return {
    at: timeOf(parts),
    tenant: line?.tenant ?? (access && tenantOfRequest(hosts, access)) ?? null,
    path: cut(path),
    recipe: recipe === null ? null : cut(recipe),
    kid: viewer?.kid ?? null,
    status: access?.status ?? null,
    code: codeOf(viewer) ?? codeOf(origin),
    reason: cutOrNull(reason),
    reported: line?.reported ?? null,
    hit: access === undefined ? null : hitTypes.has(access.resultType),
    rendered: origin?.outcome === 'rendered',
    milliseconds: origin?.milliseconds ?? null,
    bytes: access?.bytes ?? origin?.bytes ?? null,
    requests: line?.requests ?? 1,
  };
}
