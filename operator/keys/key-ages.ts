import type { Keys } from '../../shared/policy/policy.ts';
import { auditVersions } from '../../shared/versions/audit.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import type { Installation } from '../target/target.ts';

type AcceptedAt = { readonly at: string; readonly accept: readonly string[] };

/** Reads what a version accepts; undefined if it cannot be read. */
async function readAccepted(
  installation: Installation,
  tenant: string,
  version: number,
): Promise<AcceptedAt | undefined> {
  const stored = await readRecord(installation, auditKey(tenant, version)).catch(() => undefined);
  if (stored === undefined) return undefined;
  const { accept = [] } = (stored.record.policy?.['keys'] ?? {}) as Partial<Keys>;
  return { at: stored.record.at, accept };
}

/**
 * Since when each kid of a tenant is accepted, as ISO 8601; null if the trail does not say it. A kid is never used
 * again, so few versions of a long trail are read.
 */
export async function readKeyAges(
  installation: Installation,
  tenant: string,
  kids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const versions = await auditVersions(installation, tenant);
  const read = new Map<number, Promise<AcceptedAt | undefined>>();
  const readAt = (version: number): Promise<AcceptedAt | undefined> => {
    const known = read.get(version) ?? readAccepted(installation, tenant, version);
    read.set(version, known);
    return known;
  };
  const ages = new Map<string, string | null>();
  for (const kid of kids) {
    let [low, high] = [0, versions.length - 1];
    let since: string | null = null;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = await readAt(versions[middle] ?? 0);
      const isAccepted = found?.accept.includes(kid) === true;
      if (isAccepted) since = found.at;
      if (isAccepted) high = middle - 1;
      else low = middle + 1;
    }
    ages.set(kid, since);
  }
  return ages;
}
