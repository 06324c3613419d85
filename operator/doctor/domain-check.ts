import { PortFailure, seconds } from '../../shared/ports.ts';
import { type HostMap, tenantOfHost } from '../../shared/url/host-map.ts';
import { staleSeconds } from '../../shared/versions/cache.ts';
import { onlineSigner, policyOf } from '../keys/signer.ts';
import { moveToHost } from '../mint/tenant-host.ts';
import { timerWait } from '../purge/pace.ts';
import type { Installation } from '../target/target.ts';
import {
  type CheckSubject,
  type Finding,
  fail,
  failedCheck,
  type LivePolicy,
  pass,
} from './finding.ts';
import { runCheck } from './installation-checks.ts';
import { allowedRequest, mintView, probePath, type ViewAnswer, viewUrl } from './signed-view.ts';

/*
 * A signed view through each domain. It passes DNS, the certificate, the distribution and both functions, which read
 * secrets, a policy and a source that does not exist.
 */

/** Where to view something, and the tenant whose host it is; undefined for an address of all tenants. */
export type Domain = { readonly address: string; readonly owner: string | undefined };

/** A wildcard stands for the first tenant, or for any name if the host is one of all tenants. */
function nameOf(alias: string, hosts: HostMap, tenant: string | undefined): string {
  const isPerTenant = hosts[alias] === '*';
  return alias.replace('*', isPerTenant ? (tenant ?? 'signet-doctor') : 'signet-doctor');
}

/** The domains of a distribution with these aliases; without any, the address of the installation. */
export function domainsOf(
  { address, aliases }: { readonly address: string; readonly aliases: readonly string[] },
  hosts: HostMap,
  tenants: readonly string[],
): readonly Domain[] {
  if (aliases.length === 0) return [{ address, owner: undefined }];
  return aliases.map((alias) => {
    const name = nameOf(alias, hosts, tenants[0]);
    return { address: `https://${name}`, owner: tenantOfHost(hosts, name) };
  });
}

/** Any answer but these shows that the signature was accepted and the source was looked for. */
const isAnswered = ({ status, code }: ViewAnswer): boolean =>
  status < 400 || status === 404 || code?.startsWith('source_') === true;

/** The reason that `fetch` gives, such as `CERT_HAS_EXPIRED`. */
function reasonOfFetch(thrown: unknown): string {
  const { cause, name } = thrown as { readonly cause?: { code?: string }; readonly name?: string };
  return cause?.code ?? name ?? 'unknown';
}

/**
 * A function that has just read the policy believes it for a moment. So a denial right after a change, such as
 * `keys rotate`, says nothing, and the view is asked for once more.
 */
async function viewSettled(url: string): Promise<ViewAnswer> {
  const first = await viewUrl(url);
  if (first.code?.startsWith('denied_') !== true) return first;
  await timerWait((staleSeconds + 0.5) * 1_000, new AbortController().signal);
  return viewUrl(url);
}

async function viewDomain(
  installation: Installation,
  subject: CheckSubject,
  { address, owner }: Domain,
  tenant: string,
): Promise<Finding> {
  const policy = await policyOf(installation, tenant);
  const signer = await onlineSigner(installation, tenant);
  const request = allowedRequest(policy, probePath(), seconds(installation.clock));
  if (request === undefined)
    return pass(subject, { kind: 'view_not_tried', address, why: 'no_recipe' });
  const shared = mintView(installation, { ...signer, address }, request);
  const url = owner === undefined ? shared : moveToHost(shared, address, tenant, address);
  try {
    const answer = await viewSettled(url);
    return isAnswered(answer)
      ? pass(subject, { kind: 'view_answered', address, viewed: tenant })
      : fail(subject, { kind: 'view_refused', address, viewed: tenant, ...answer });
  } catch (thrown) {
    return fail(subject, { kind: 'view_unanswered', address, reason: reasonOfFetch(thrown) });
  }
}

/** The aliases of the distribution. If they cannot be read, another check says why. */
async function readAliases({ openStackFacts }: Installation): Promise<readonly string[]> {
  try {
    return (await (await openStackFacts?.())?.distribution())?.aliases ?? [];
  } catch {
    return [];
  }
}

async function viewDomains(
  installation: Installation,
  hosts: HostMap,
  live: readonly LivePolicy[],
): Promise<readonly Finding[]> {
  const tenants = live.map(({ tenant }) => tenant);
  const aliases = await readAliases(installation);
  const domains = domainsOf({ address: installation.address, aliases }, hosts, tenants);
  return Promise.all(
    domains.map((domain) => {
      const subject: CheckSubject = { check: 'view' };
      const { address } = domain;
      const tenant = tenants.find((one) => domain.owner === undefined || one === domain.owner);
      if (tenant === undefined)
        return pass(subject, { kind: 'view_not_tried', address, why: 'no_tenant' });
      return runCheck(subject, () => viewDomain(installation, subject, domain, tenant));
    }),
  );
}

/** Views something through each domain, as one of the tenants with a live policy. */
export async function checkDomains(
  installation: Installation,
  live: readonly LivePolicy[],
): Promise<readonly Finding[]> {
  try {
    return await viewDomains(installation, await installation.hosts(), live);
  } catch (thrown) {
    if (thrown instanceof PortFailure && !thrown.answered) throw thrown;
    return [failedCheck({ check: 'view' }, thrown)];
  }
}
