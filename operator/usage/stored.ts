import type { Installation } from '../target/target.ts';
import { readEach } from '../tenants/fleet.ts';
import { failuresOf, quietly, type TenantSubject } from '../tenants/outcomes.ts';

/** The objects of a tenant in a bucket. */
export type StoredSize = { readonly objects: number; readonly bytes: number };

/** What a tenant stores now in Signet's own buckets. */
export type TenantStorage = { readonly sources: StoredSize; readonly derivatives: StoredSize };

/** What is stored by tenant, and the tenants of which it cannot be listed. */
export type StoredListing = {
  readonly tenants: ReadonlyMap<string, TenantStorage>;
  readonly failed: readonly { readonly tenant: string; readonly message: string }[];
};

async function measure(store: Installation['derivatives'], tenant: string): Promise<StoredSize> {
  let [objects, bytes] = [0, 0];
  for await (const found of store.listSizes(`${tenant}/`)) {
    objects += 1;
    bytes += found.bytes;
  }
  return { objects, bytes };
}

/**
 * Lists what tenants store now. Old versions of sources, and buckets that are not Signet's own, are left out.
 * Throws only if the installation does not answer.
 */
export async function listStored(
  installation: Installation,
  tenants: readonly string[],
  signal: AbortSignal,
): Promise<StoredListing> {
  const { derivatives, sources } = installation;
  const read = async ({ tenant }: TenantSubject) => ({
    tenant,
    stored: {
      sources: await measure(sources, tenant),
      derivatives: await measure(derivatives, tenant),
    },
  });
  const subjects = tenants.map((tenant) => ({ tenant }));
  const outcomes = await readEach(installation, subjects, read, { ...quietly, signal });
  const done = outcomes.flatMap((one) => (one.state === 'done' ? [one.result] : []));
  return {
    tenants: new Map(done.map(({ tenant, stored }) => [tenant, stored])),
    failed: failuresOf(outcomes).map(({ tenant, failure }) => ({
      ...{ tenant, message: failure.message },
    })),
  };
}

/** All bytes of a tenant. */
export const storedBytes = ({ derivatives, sources }: TenantStorage): number =>
  derivatives.bytes + sources.bytes;
