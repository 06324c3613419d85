import { isTenant } from './path.ts';

/*
 * Hosts that belong to one tenant each. Their URLs have no `/<tenant>`. The map is part of the
 * deployment; CloudFront refuses hosts that are not among its aliases.
 */

/**
 * Hosts in lower case, and the tenant of each. One label of a host may be `*`, which matches the name
 * of any tenant. If the value is `*` too, the host belongs to the tenant in that label.
 */
export type HostMap = Readonly<Record<string, string>>;

const any = '*';

/** Removes the port and a trailing dot. */
const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:[0-9]*$/, '')
    .replace(/\.$/, '');

/** The label that `*` matches; undefined if the host does not match the form. */
function wildLabel(form: string, host: string): string | undefined {
  const wanted = form.split('.');
  const labels = host.split('.');
  if (labels.length !== wanted.length) return undefined;
  const differing = labels.filter((label, at) => label !== wanted[at]);
  const [wild = ''] = differing;
  return differing.length === 1 && wanted[labels.indexOf(wild)] === any ? wild : undefined;
}

/** The tenant of a host; undefined for the host that all tenants share. */
export function tenantOfHost(hosts: HostMap, host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const name = hostName(host);
  if (name.includes(any)) return undefined;
  if (Object.hasOwn(hosts, name)) return hosts[name];
  for (const [form, tenant] of Object.entries(hosts)) {
    const label = form.includes(any) ? wildLabel(form, name) : undefined;
    if (label !== undefined && isTenant(label)) return tenant === any ? label : tenant;
  }
  return undefined;
}

/** The kid of a continuation. Its path is always a complete key, which begins with the tenant. */
const continuation = /(?:^|&)kid=[a-z][a-z0-9]{0,15}\.0(?:&|$)/;

/**
 * The path of a URL as it would be on the shared host. The signed message and the key use this form,
 * so that a signature is valid on every host.
 */
export function longForm(
  hosts: HostMap,
  host: string | undefined,
  uri: string,
  querystring: string,
): string {
  const tenant = tenantOfHost(hosts, host);
  return tenant === undefined || continuation.test(querystring) ? uri : `/${tenant}${uri}`;
}
