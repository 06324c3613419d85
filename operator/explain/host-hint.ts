import { type HostMap, tenantOfHost } from '../../shared/url/host-map.ts';
import type { PastedUrl } from './pasted-url.ts';

/** What may be wrong with a URL on a host that belongs to one tenant. */
export function hostHint(
  hosts: HostMap,
  { host, uri }: PastedUrl,
): Readonly<Record<string, string>> {
  const owner = tenantOfHost(hosts, host);
  if (owner === undefined || !uri.startsWith(`/${owner}/`)) return {};
  return { mistake: `the host is that of ${owner}; leave /${owner} out of the path` };
}
