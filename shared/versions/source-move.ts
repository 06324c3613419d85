import type { ValidPolicy } from '../policy/schema.ts';
import type { SourceEntries } from '../policy/source-entries.ts';
import { type ChosenSource, isSamePlace, sourcePlace } from '../policy/source-place.ts';
import { findOverlap } from '../policy/source-settings.ts';
import { PolicyInvalid } from '../policy/validation.ts';
import type { ObjectStore } from '../ports.ts';
import { isTenant } from '../url/path.ts';
import type { Deploying } from './publish-checks.ts';

/*
 * A change of the place from which a tenant's sources are read. Stored derivatives show what was at the old place, so
 * all of them are deleted once every function has the new policy.
 */

/** The keys of purge requests in the config bucket. A write there is an event for the purge function. */
export const purgeRequests = 'purges/';

/** The key of a request to delete all derivatives of a tenant. Requests for a source have a longer key. */
const tenantRequestKey = (tenant: string): string => `${purgeRequests}${tenant}`;

/** The tenant that a purge request in the config bucket names; undefined for other objects. */
export function requestedTenant(key: string): string | undefined {
  if (!key.startsWith(purgeRequests)) return undefined;
  const tenant = key.slice(purgeRequests.length);
  return isTenant(tenant) ? tenant : undefined;
}

/**
 * Asks the purge function to delete all derivatives of a tenant, after 60 seconds and again after 120. The write has
 * sent the event, and the queue keeps it, so the object is not needed any more.
 */
export async function requestTenantPurge(config: ObjectStore, tenant: string): Promise<void> {
  const key = tenantRequestKey(tenant);
  await config.put(key, new Uint8Array(), { contentType: 'application/octet-stream' });
  await config.remove([key]);
}

/** Throws `PolicyInvalid` if the deployment has no such place, or has entries that share keys. */
export function checkSourcePlace(entries: SourceEntries, { tenant, source }: ValidPolicy): void {
  if (source.from === undefined && source.prefix === undefined) return;
  const overlap = source.from === undefined ? undefined : findOverlap(entries);
  if (overlap !== undefined)
    throw new PolicyInvalid([
      { path: 'source.from', message: `cannot be used: in the deployment, ${overlap}` },
    ]);
  const place = sourcePlace(entries, tenant, source);
  if ('fault' in place) throw new PolicyInvalid([{ path: 'source', message: place.fault }]);
}

export type SourceMove = {
  /** Where the live policy reads sources; undefined if there is none. */
  readonly before: ChosenSource | 'unreadable' | undefined;
  readonly after: ValidPolicy;
  readonly purge: boolean | undefined;
  /** The deployment that has not ended. */
  readonly changing: Deploying | undefined;
};

/** Throws `PolicyInvalid` for a change of the place without a purge, or during a deployment. */
export function checkMove({ before, after, purge, changing }: SourceMove): void {
  if (before === undefined) return;
  if (before !== 'unreadable' && isSamePlace(before, after.source)) return;
  const refuse = (message: string) => new PolicyInvalid([{ path: 'source', message }]);
  if (changing !== undefined)
    throw refuse(`reads sources from another place, and ${changing.deploying}`);
  if (purge !== true)
    throw refuse(
      `reads sources from another place, and stored images show the old ones; add --purge, which deletes all derivatives of ${after.tenant}`,
    );
}
