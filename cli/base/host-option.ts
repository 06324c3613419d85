import { usageFailure } from '../../operator/failure.ts';
import { type HostMap, tenantOfHost } from '../../shared/url/host-map.ts';

/** The parts of `--host`: a host with a scheme or without. Throws a usage failure for what is none. */
function readHost(text: string) {
  const [, scheme = 'https://', name] =
    /^(https?:\/\/)?([A-Za-z0-9.-]+(?::[0-9]+)?)\/?$/.exec(text) ?? [];
  if (name === undefined)
    throw usageFailure(`--host is "${text}"; write the name of a host, such as img.example.com`);
  return { scheme, name };
}

/** A URL of the host of all tenants, which is at `base`, on a host of the tenant's own. */
export function onHost(url: string, host: string, tenant: string, base: string): string {
  const { scheme, name } = readHost(host);
  return `${scheme}${name}${url.slice(base.replace(/\/$/, '').length + 1 + tenant.length)}`;
}

/** Throws a usage failure for a host that would not be read as the tenant's. */
export function checkOwner(hosts: HostMap, host: string, tenant: string): void {
  const { name } = readHost(host);
  const owner = tenantOfHost(hosts, name);
  if (owner === tenant) return;
  const known = Object.keys(hosts);
  const list = known.length === 0 ? 'no host belongs to a tenant' : `there are ${known.join(', ')}`;
  throw usageFailure(
    `--host ${name} is ${owner === undefined ? 'no host of a tenant' : `that of ${owner}`} here; ${list}`,
  );
}
