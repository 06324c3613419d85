import { ownSourceKey } from '../../shared/objects/sources.ts';
import { compilePolicy, type Policy } from '../../shared/policy/policy.ts';
import { isSecureOrigin } from '../../shared/url/origin.ts';
import { auditTrail } from '../../shared/versions/audit.ts';
import { publishedPolicy } from '../../shared/versions/tenants.ts';
import { lastVersion } from '../policies/policy-change.ts';
import type { Installation } from '../target/target.ts';
import { type CheckSubject, type Finding, fail, pass } from './finding.ts';
import { runCheck } from './installation-checks.ts';

async function isFallbackMissing(
  installation: Installation,
  { tenant, source, fallback }: Policy,
): Promise<boolean> {
  // In other buckets, the fallback is the source that `checkSources` views.
  if (fallback === null || source.from !== undefined) return false;
  const key = ownSourceKey({ tenant, path: fallback }, source);
  return (await installation.sources.get(key, { maxBytes: 0 })) === 'missing';
}

async function findOrphan(installation: Installation, policy: Policy): Promise<string | undefined> {
  const { kids } = await installation.keyring();
  return policy.keys.accept.find((kid) => !kids.includes(kid.split('.')[0] ?? ''));
}

/** A page that the policy names and the deployment does not list. Pages of a developer's machine are left out. */
async function findUnlisted(
  { corsOrigins }: Installation,
  { origins }: Policy,
): Promise<string | undefined> {
  const secure = origins.filter(isSecureOrigin);
  if (secure.length === 0) return undefined;
  const listed = await corsOrigins();
  return secure.find((origin) => !listed.includes(origin));
}

async function checkLivePolicy(
  installation: Installation,
  tenant: string,
  subject: CheckSubject,
): Promise<Finding> {
  const published = await publishedPolicy(installation, tenant);
  // Deleted since the tenants were listed.
  if (published === undefined) return fail(subject, { kind: 'policy_gone' });
  const policy = compilePolicy(published.document);
  const kid = await findOrphan(installation, policy);
  if (kid !== undefined) return fail(subject, { kind: 'root_key_gone', kid });
  if (await isFallbackMissing(installation, policy))
    return fail(subject, { kind: 'fallback_missing', path: policy.fallback ?? '' });
  const origin = await findUnlisted(installation, policy);
  if (origin !== undefined) return fail(subject, { kind: 'origin_unlisted', origin });
  const reporting = policy.reportUntil > installation.clock();
  const { from } = policy.source;
  const place = from === undefined ? {} : { from };
  const { budget } = published.document;
  return pass(subject, {
    kind: 'policy_live',
    version: published.version,
    reporting,
    ...place,
    ...budget,
  });
}

/** Checks the live policy of a tenant, its root keys and its fallback image. */
export function checkTenantPolicy(installation: Installation, tenant: string): Promise<Finding> {
  const subject: CheckSubject = { check: 'policy', tenant };
  return runCheck(
    subject,
    () => checkLivePolicy(installation, tenant, subject),
    () => lastVersion(installation, tenant),
  );
}

/** Verifies the audit trail of a tenant, which may have been deleted. */
export function checkTrail(installation: Installation, tenant: string): Promise<Finding> {
  const subject: CheckSubject = { check: 'trail', tenant };
  const last = () => lastVersion(installation, tenant);
  const check = async (): Promise<Finding> => {
    const { versions, faults } = await auditTrail(installation, tenant);
    return faults.length === 0
      ? pass(subject, { kind: 'trail_intact', versions })
      : fail(subject, { kind: 'trail_broken', faults, lastVersion: await last() });
  };
  return runCheck(subject, check, last);
}
