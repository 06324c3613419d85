import { localHosts } from '../../shared/deployment/local-endpoints.ts';
import { probeUri } from '../doctor/probe.ts';
import type { LoggedRequest } from '../logs/access-log.ts';
import { hitTypes, tenantOfRequest } from '../logs/request-tenant.ts';

/** What CloudFront delivered. Requests that are neither hits nor misses were refused, failed or were aborted. */
export type Delivered = {
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  /** Bytes with the headers. */
  readonly bytes: number;
};

/** The counts of access logs so far. Counting changes them. */
export type DeliveredTally = { readonly tenants: Map<string, Delivered>; unattributed: Delivered };

const nothing: Delivered = { requests: 0, hits: 0, misses: 0, bytes: 0 };

/** A tally in which everything is 0. */
export const emptyDelivered = (): DeliveredTally => ({ tenants: new Map(), unattributed: nothing });

function addRequest(before: Delivered, { resultType, bytes = 0 }: LoggedRequest): Delivered {
  return {
    requests: before.requests + 1,
    hits: before.hits + (hitTypes.has(resultType) ? 1 : 0),
    misses: before.misses + (resultType === 'Miss' ? 1 : 0),
    bytes: before.bytes + bytes,
  };
}

/** Counts a request that is not one of `doctor`, with `only` just those of that tenant. Names at most `maxTenants` tenants. */
export function countDelivered(
  tally: DeliveredTally,
  request: LoggedRequest,
  only: string | undefined,
  maxTenants: number,
): void {
  if (request.uri === probeUri) return;
  // A deployment's hosts of one tenant are not known here.
  const tenant = tenantOfRequest(localHosts, request);
  if (only !== undefined && tenant !== only) return;
  const known = tenant === undefined ? undefined : tally.tenants.get(tenant);
  if (tenant === undefined || (known === undefined && tally.tenants.size >= maxTenants))
    tally.unattributed = addRequest(tally.unattributed, request);
  else tally.tenants.set(tenant, addRequest(known ?? nothing, request));
}

export type DeliveredReport = {
  readonly tenants: Readonly<Record<string, Delivered>>;
  /** Requests without a tenant in their path. */
  readonly unattributed: Delivered;
};

/** Converts a tally to a report, with the tenants sorted by name. */
export function deliveredReport({ tenants, unattributed }: DeliveredTally): DeliveredReport {
  const byName = [...tenants].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { tenants: Object.fromEntries(byName), unattributed };
}
