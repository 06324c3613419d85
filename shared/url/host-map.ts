import { isTenant } from './path.ts';

/*
 * Hosts that belong to one tenant each: their URLs leave `/<tenant>` out. The map is deployment
 * configuration; CloudFront itself refuses a host that is none of its aliases.
 */

/**
 * Hosts in lower case, and whose they are. One label of a host may be `*`: any tenant's name, and
 * the host is that tenant's where it says `*`, too.
 */
export type HostMap = Readonly<Record<string, string>>;

const any = '*';

/** Without the port, and the dot that ends a name that is written in full. */
const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:[0-9]*$/, '')
    .replace(/\.$/, '');

/** What stands for `*` where a host is of this form; nothing where it is of another. */
function wildLabel(form: string, host: string): string | undefined {
  const wanted = form.split('.');
  const labels = host.split('.');
  if (labels.length !== wanted.length) return undefined;
  const differing = labels.filter((label, at) => label !== wanted[at]);
  const [wild = ''] = differing;
  return differing.length === 1 && wanted[labels.indexOf(wild)] === any ? wild : undefined;
}

/** The tenant that a host belongs to; nothing for the host of all tenants. */
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

/** What the service signs itself: always a canonical key, which begins with its tenant. */
const continuation = /(?:^|&)kid=[a-z][a-z0-9]{0,15}\.0(?:&|$)/;

/**
 * A URL's path as it would be on the host of all tenants. Message, kid and key are those of this long
 * form, so that one signature is worth the same on every host.
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
