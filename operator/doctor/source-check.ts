import { randomUUID } from 'node:crypto';
import type { Policy } from '../../shared/policy/policy.ts';
import type { SourceEntry } from '../../shared/policy/source-entries.ts';
import { sourcePlace } from '../../shared/policy/source-place.ts';
import { seconds } from '../../shared/ports.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { type MintRequest, mint } from '../../shared/request/mint.ts';
import { onlineSigner, policyOf, type TenantSigner } from '../keys/signer.ts';
import { settledKeys } from '../mint/recipe-input.ts';
import type { Installation } from '../target/target.ts';
import { type CheckSubject, type Finding, fail, type LivePolicy, pass } from './finding.ts';
import { runCheck } from './installation-checks.ts';

/*
 * Whether the render role can read a bucket that is not Signet's own. Only the function has that role, so the check is
 * a signed view. Its recipe has a version that no other request has, so nothing that is stored answers it.
 */

const timeoutMs = 30_000;

/** A source to view, and whether it exists. */
type Probe = { readonly path: string; readonly exists: boolean };

/** A missing object shows that a bucket can be read only where it can be listed. */
function chooseProbe(
  { list }: SourceEntry,
  { fallback }: Policy,
  named: string | undefined,
): Probe | undefined {
  const path = named ?? fallback ?? undefined;
  if (path !== undefined) return { path, exists: true };
  return list === false ? undefined : { path: `signet-doctor/${randomUUID()}`, exists: false };
}

/** The first recipe that the policy allows: none, or a preset. */
function allowedRequest(policy: Policy, path: string, now: number): MintRequest | undefined {
  const version = `version,v_doctor-${now}`;
  const recipes = [[], ...[...policy.presets.keys()].map((name) => [`style,n_${name}`])];
  const lifetime = Math.min(60, policy.maxLifetime ?? 60);
  for (const recipe of recipes) {
    const operations = [...recipe, version];
    const request = { tenant: policy.tenant, path, operations, exp: now + lifetime };
    try {
      settledKeys(policy, request, now);
      return request;
    } catch (thrown) {
      if (asRefusal(thrown).code === 'internal') throw thrown;
    }
  }
  return undefined;
}

async function viewSource(installation: Installation, signer: TenantSigner, request: MintRequest) {
  const url = mint(installation.crypto, signer.address, request, signer);
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { redirect: 'manual', signal });
  await response.arrayBuffer();
  return { status: response.status, code: response.headers.get('x-signet-error') };
}

type Seen = Awaited<ReturnType<typeof viewSource>>;

function judge(
  subject: CheckSubject,
  { path, exists }: Probe,
  { status, code }: Seen,
  from: string,
): Finding {
  const isRead =
    status < 400 || (code?.startsWith('source_') === true && code !== 'source_missing');
  if (isRead || (code === 'source_missing' && !exists))
    return pass(subject, { kind: 'source_readable', from });
  if (code === 'source_missing') return fail(subject, { kind: 'source_absent', from, path });
  return fail(subject, { kind: 'source_unreadable', from, status, code });
}

async function checkEntry(
  installation: Installation,
  subject: CheckSubject & { readonly tenant: string },
  named: string | undefined,
): Promise<Finding> {
  const { tenant } = subject;
  const signer = await onlineSigner(installation, tenant);
  const policy = await policyOf(installation, tenant);
  const entries = (await installation.sourceEntries?.()) ?? {};
  const place = sourcePlace(entries, tenant, policy.source);
  if ('fault' in place) return fail(subject, { kind: 'source_unlisted', fault: place.fault });
  if (place.elsewhere === undefined) return fail(subject, { kind: 'policy_gone' });
  const { name: from, entry } = place.elsewhere;
  const probe = chooseProbe(entry, policy, named);
  const now = seconds(installation.clock);
  const request = probe === undefined ? undefined : allowedRequest(policy, probe.path, now);
  if (probe === undefined || request === undefined)
    return pass(subject, { kind: 'source_not_viewed', from });
  return judge(subject, probe, await viewSource(installation, signer, request), from);
}

/** Views a source of each tenant whose sources are not in Signet's own bucket. `objects` has paths by tenant. */
export async function checkSources(
  installation: Installation,
  live: readonly LivePolicy[],
  objects: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { tenant, from } of live) {
    if (from === undefined) continue;
    const subject = { check: 'source', tenant } as const;
    const check = () => checkEntry(installation, subject, objects.get(tenant));
    findings.push(await runCheck(subject, check));
  }
  return findings;
}
