import { type HostMap, tenantOfHost } from '../../shared/url/host-map.ts';
import type { PastedUrl } from './pasted-url.ts';

/** Finds the tenant's name in a path on a host that already stands for the tenant. */
export function hostHint(
  hosts: HostMap,
  { host, uri }: PastedUrl,
): Readonly<Record<string, string>> {
  const owner = tenantOfHost(hosts, host);
  if (owner === undefined || !uri.startsWith(`/${owner}/`)) return {};
  return { mistake: `the host is that of ${owner}; leave /${owner} out of the path` };
}
