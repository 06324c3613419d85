import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { type PublisherSecretKey, publicHalf } from '../../shared/keys/publisher.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { announceVersion } from '../../shared/versions/announcing.ts';
import { auditKey, encodeRecord, policyKey, recordOptions } from '../../shared/versions/bucket.ts';
import { type PolicyCapacity, policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { bucketInMemory, distantBucket } from './distant-bucket.ts';
import { newPublisher, signStarterPolicy, tenantName } from './starter-tenants.ts';

/* Starter policies in a bucket, and a container of viewer-request that reads them over a distance. */

/** The distance of a container on another continent, in milliseconds. */
const roundTripMs = 230;

/** Publishes the first version of a starter policy, without the list of changes. */
async function putPolicy(
  bucket: ObjectStore,
  publisher: PublisherSecretKey,
  tenant: string,
): Promise<void> {
  const text = await signStarterPolicy(publisher, tenant);
  for (const key of [auditKey(tenant, 1), policyKey(tenant)])
    await bucket.put(key, encodeRecord(text), recordOptions);
}

/** A bucket with the starter policies of so many tenants, and a list of changes. */
export async function publishedBucket(tenants: number) {
  const bucket = bucketInMemory();
  const publisher = newPublisher();
  const publishers = async () => [publicHalf(publisher)];
  for (let at = 0; at < tenants; at += 1) await putPolicy(bucket, publisher, tenantName(at));
  const signing = {
    config: bucket,
    crypto: nodeCrypto,
    publishers,
    publisher: async () => publisher,
  };
  await announceVersion(signing, tenantName(0), 1);
  return { bucket, publishers };
}

export type PublishedBucket = Awaited<ReturnType<typeof publishedBucket>>;

/** A container that has just started. Its clock moves by hand, and by the round trips that are waited for. */
export function startPolicyContainer(
  { bucket, publishers }: PublishedBucket,
  capacity?: PolicyCapacity,
) {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const { config, reads, waitFor, deliver } = distantBucket(bucket, () => {
    now += roundTripMs;
  });
  const policies = policyStore({
    config,
    open: signedPolicies(nodeCrypto, publishers),
    publishers,
    packer: nodePacker(typicalPolicy),
    freshness: policyFreshness,
    clock: () => now,
    random: () => 0,
    onFailure: (reason) => {
      throw new Error(reason);
    },
    ...(capacity === undefined ? {} : { capacity }),
  });
  return {
    /** Lets time pass. Reads that were begun in the background have ended by then. */
    pass: async (seconds: number): Promise<void> => {
      now += seconds * 1_000;
      await deliver();
    },
    reads,
    /** Reads the list of changes, as a function does while it starts. */
    start: async (): Promise<number> => (await waitFor(policies.prepare())).roundTrips,
    /** Looks many policies up at once. */
    viewAll: async (tenants: readonly string[]): Promise<void> => {
      await waitFor(Promise.all(tenants.map((tenant) => policies.of(tenant))));
    },
    /** Looks a policy up, as each view does. Returns the round trips that the view waits for. */
    view: async (tenant: string): Promise<number> => {
      const { value, roundTrips } = await waitFor(policies.of(tenant));
      if (value === undefined) throw new Error(`there is no policy of ${tenant}`);
      return roundTrips;
    },
  };
}

export type PolicyContainer = ReturnType<typeof startPolicyContainer>;
