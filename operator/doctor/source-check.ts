import { isBlocked, type Policy } from '../../shared/policy/policy.ts';
import type { SourceEntry } from '../../shared/policy/source-entries.ts';
import { sourcePlace } from '../../shared/policy/source-place.ts';
import { seconds } from '../../shared/ports.ts';
import { usageFailure } from '../failure.ts';
import { onlineSigner, policyOf } from '../keys/signer.ts';
import type { Installation } from '../target/target.ts';
import { type CheckSubject, type Finding, fail, type LivePolicy, pass } from './finding.ts';
import { runCheck } from './installation-checks.ts';
import { allowedRequest, mintView, probePath, type ViewAnswer, viewUrl } from './signed-view.ts';

/*
 * Whether the render role can read a bucket that is not Signet's own. Only the function has that role, so the check is
 * a signed view. Its recipe has a version that no other request has, so nothing that is stored answers it.
 */

/** A source to view, and whether it exists. */
type Probe = { readonly path: string; readonly exists: boolean };

/**
 * A missing object shows that a bucket can be read only where it can be listed. A blocked one is refused before it is
 * read, so it shows nothing.
 */
function chooseProbe(
  { list }: SourceEntry,
  policy: Policy,
  named: string | undefined,
): Probe | undefined {
  const path = [named, policy.fallback].find((one) => one != null && !isBlocked(policy, one));
  if (path != null) return { path, exists: true };
  return list === false ? undefined : { path: probePath(), exists: false };
}

function judge(
  subject: CheckSubject,
  { path, exists }: Probe,
  { status, code }: ViewAnswer,
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
  return judge(subject, probe, await viewUrl(mintView(installation, signer, request)), from);
}

/** Views a source of each tenant whose sources are not in Signet's own bucket. `objects` has paths by tenant. */
export async function checkSources(
  installation: Installation,
  live: readonly LivePolicy[],
  objects: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  for (const tenant of objects.keys())
    if (!live.some((one) => one.tenant === tenant && one.from !== undefined))
      throw usageFailure(
        `--object names ${tenant}, which is no checked tenant with sources in a bucket of its own`,
      );
  const findings: Finding[] = [];
  for (const { tenant, from } of live) {
    if (from === undefined) continue;
    const subject = { check: 'source', tenant } as const;
    const check = () => checkEntry(installation, subject, objects.get(tenant));
    findings.push(await runCheck(subject, check));
  }
  return findings;
}
