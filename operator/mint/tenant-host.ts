import { type HostMap, tenantOfHost } from '../../shared/url/host-map.ts';
import { usageFailure } from '../failure.ts';

/** Splits `--host`, which may have a scheme. Throws `usage` if it is not a host. */
function readHost(text: string) {
  const [, scheme = 'https://', name] =
    /^(https?:\/\/)?([A-Za-z0-9.-]+(?::[0-9]+)?)\/?$/.exec(text) ?? [];
  if (name === undefined)
    throw usageFailure(`--host is "${text}"; write a host name, such as img.example.com`);
  return { scheme, name };
}

/** Rewrites a URL below the shared address `base` to one on a host of the tenant. */
export function moveToHost(url: string, host: string, tenant: string, base: string): string {
  const { scheme, name } = readHost(host);
  return `${scheme}${name}${url.slice(base.replace(/\/$/, '').length + 1 + tenant.length)}`;
}

/** Throws `usage` if the host does not belong to the tenant. */
export function checkHostOwner(hosts: HostMap, host: string, tenant: string): void {
  const { name } = readHost(host);
  const owner = tenantOfHost(hosts, name);
  if (owner === tenant) return;
  const known = Object.keys(hosts);
  const list = known.length === 0 ? 'no host belongs to a tenant' : `there are ${known.join(', ')}`;
  throw usageFailure(
    `--host ${name} is ${owner === undefined ? 'not a host of a tenant' : `that of ${owner}`} here; ${list}`,
  );
}
