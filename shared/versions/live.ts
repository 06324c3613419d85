import { limits } from '../limits.ts';
import { type ObjectStore, PortFailure } from '../ports.ts';
import {
  auditKey,
  decodeRecord,
  type PolicyBucket,
  policyKey,
  readRecord,
  type StoredRecord,
  verifyStoredRecord,
} from './bucket.ts';

/*
 * Which version of a policy holds. What lies at `policies/<tenant>.jws` is signed, and so is every
 * version before it: whoever can write to the bucket can put one of those back. The trail cannot be
 * taken back, since its objects are created and never replaced. So a version holds only while the
 * trail has none that follows it.
 */

/** A version's place in the chain. */
export type Link = {
  readonly version: number;
  readonly hash: string;
  /** The hash of the version before; null for the first. */
  readonly previous: string | null;
};

async function trailText(config: ObjectStore, tenant: string, version: number) {
  const key = auditKey(tenant, version);
  const read = await config.get(key, { maxBytes: limits.recordBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new PortFailure(`${key} is ${read}`);
  return decodeRecord(read.body);
}

/**
 * The version that holds where this one is live: the one that follows it, when its publisher has not
 * come to putting it into force, or somebody has put the one before it back. `replaced` when the trail
 * has gone on further than that: then the live one is older than a publisher could have left it.
 * Throws a sentence when what follows is forged.
 */
export async function followed<T extends Link>(
  config: ObjectStore,
  tenant: string,
  live: T,
  open: (text: string) => Promise<T>,
): Promise<T | 'replaced'> {
  const text = await trailText(config, tenant, live.version + 1);
  if (text === undefined) return live;
  const next = await open(text);
  if (next.version !== live.version + 1 || next.previous !== live.hash) return 'replaced';
  const more = await trailText(config, tenant, next.version + 1);
  return more === undefined ? next : 'replaced';
}

/** What holds where a version is live, for those who read the whole of it. */
export async function followedRecord(
  bucket: PolicyBucket,
  tenant: string,
  live: StoredRecord,
): Promise<StoredRecord | 'replaced'> {
  const linked = (stored: StoredRecord) => {
    const { version, previous } = stored.record;
    return { version, previous, hash: stored.hash, stored };
  };
  const key = auditKey(tenant, live.record.version + 1);
  const open = async (text: string) => linked(await verifyStoredRecord(bucket, key, text));
  const found = await followed(bucket.config, tenant, linked(live), open);
  return found === 'replaced' ? found : found.stored;
}

/**
 * The version that is in force: what the functions go by. Nothing for an unknown tenant. Throws a
 * sentence where it is forged, or where an older version was put in its place.
 */
export async function recordInForce(
  bucket: PolicyBucket,
  tenant: string,
): Promise<StoredRecord | undefined> {
  const live = await readRecord(bucket, policyKey(tenant));
  if (live === undefined) return undefined;
  const found = await followedRecord(bucket, tenant, live);
  if (found === 'replaced') throw new Error(replacedBy(tenant, live.record.version));
  return found.record.policy === null ? undefined : found;
}

/** What is to be said of an older version that lies in the live one's place. */
export const replacedBy = (tenant: string, version: number): string =>
  `${policyKey(tenant)} is version ${version}, and the trail has gone on: an older version was put in the place of the live one`;
