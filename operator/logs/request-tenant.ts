import { type HostMap, longForm } from '../../shared/url/host-map.ts';
import { isTenant } from '../../shared/url/path.ts';
import type { LoggedRequest } from './access-log.ts';

/** The tenant in the path, or of the host that was asked; undefined if the URL names none. */
export function tenantOfRequest(
  hosts: HostMap,
  { host, uri, querystring }: LoggedRequest,
): string | undefined {
  const [, tenant, rest] = longForm(hosts, host, uri, querystring).split('/', 3);
  return rest !== undefined && tenant !== undefined && isTenant(tenant) ? tenant : undefined;
}

/** The values of `x-edge-result-type` for an answer that needed no origin. */
export const hitTypes: ReadonlySet<string> = new Set(['Hit', 'RefreshHit', 'OriginShieldHit']);
