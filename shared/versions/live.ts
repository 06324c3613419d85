import { limits } from '../limits.ts';
import { type ObjectReader, PortFailure } from '../ports.ts';
import { announceVersion, type SigningBucket } from './announcing.ts';
import { auditVersions } from './audit.ts';
import {
  auditKey,
  decodeRecord,
  encodeRecord,
  type PolicyBucket,
  policyKey,
  RecordForged,
  readRecord,
  recordOptions,
  type StoredRecord,
  verifyStoredRecord,
} from './bucket.ts';

/*
 * Which version of a policy is live. `policies/<tenant>.jws` is signed, and so is every version before
 * it: someone who can write to the bucket can put an old one back. The trail cannot be taken back, since
 * its objects are created and never replaced. So a version is live only while the trail has none that
 * follows it.
 */

/** A version's place in the chain. */
export type Link = {
  readonly version: number;
  readonly hash: string;
  /** The hash of the version before; null for the first. */
  readonly previous: string | null;
};

/** Reads the text of a version from the trail. Undefined if there is none. */
export async function readTrail(
  config: ObjectReader,
  tenant: string,
  version: number,
): Promise<string | undefined> {
  const key = auditKey(tenant, version);
  const read = await config.get(key, { maxBytes: limits.recordBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new PortFailure(`${key} is ${read}`);
  return decodeRecord(read.body);
}

/**
 * Finds the live version from the one that is stored: that one, or the one that follows it in the trail.
 * A later version follows while its publisher has not replaced the object yet, or when someone has put
 * the one before it back. `replaced` when two or more follow: no publisher leaves an object that old.
 * `readVersion` reads the text of a version from the trail. Throws a one-line error if a later version is
 * forged.
 */
export async function findLive<T extends Link>(
  stored: T,
  readVersion: (version: number) => Promise<string | undefined>,
  open: (text: string) => Promise<T>,
): Promise<T | 'replaced'> {
  const text = await readVersion(stored.version + 1);
  if (text === undefined) return stored;
  const next = await open(text);
  if (next.version !== stored.version + 1 || next.previous !== stored.hash) return 'replaced';
  const more = await readVersion(next.version + 1);
  return more === undefined ? next : 'replaced';
}

/** `findLive` for whole records. */
async function findLiveRecord(
  bucket: PolicyBucket,
  tenant: string,
  stored: StoredRecord,
): Promise<StoredRecord | 'replaced'> {
  const linkOf = (record: StoredRecord) => {
    const { version, previous } = record.record;
    return { version, previous, hash: record.hash, record };
  };
  const key = auditKey(tenant, stored.record.version + 1);
  const open = async (text: string) => linkOf(await verifyStoredRecord(bucket, key, text));
  const readVersion = (version: number) => readTrail(bucket.config, tenant, version);
  const found = await findLive(linkOf(stored), readVersion, open);
  return found === 'replaced' ? found : found.record;
}

/** Describes an older version that was put in the place of the live one. */
export const replacedBy = (tenant: string, version: number): string =>
  `${policyKey(tenant)} is version ${version}, and the trail has later ones: an older version was put in the place of the live one`;

/**
 * Reads the live version, as the functions do. Undefined for an unknown tenant. Throws a one-line
 * error if it is forged, or if an older version was put in its place.
 */
export async function readLive(
  bucket: PolicyBucket,
  tenant: string,
): Promise<StoredRecord | undefined> {
  const stored = await readRecord(bucket, policyKey(tenant));
  if (stored === undefined) return undefined;
  const live = await findLiveRecord(bucket, tenant, stored);
  if (live === 'replaced') throw new Error(replacedBy(tenant, stored.record.version));
  return live.record.policy === null ? undefined : live;
}

/**
 * Puts a version into the live object: the commit point, from which on the edge reads it. Returns the
 * object's new ETag; undefined if another publisher replaced the object first.
 */
export async function putLive(
  bucket: PolicyBucket,
  tenant: string,
  text: string,
  etag: string | undefined,
): Promise<string | undefined> {
  const only = etag === undefined ? 'absent' : { etag };
  const body = encodeRecord(text);
  const put = await bucket.config.put(policyKey(tenant), body, { ...recordOptions, only });
  return put === 'taken' ? undefined : put.etag;
}

/** The live version as a publisher needs it: the version to follow and the object to replace. */
export type LiveVersion = {
  /** The version that the next one follows; undefined if the tenant never had one. */
  readonly last: StoredRecord | undefined;
  /** The ETag of the live object; undefined if there is none. */
  readonly etag: string | undefined;
  /** Whether the functions accept that object. */
  readonly accepted?: boolean;
  /** The version that was live until now, if this read has completed an interrupted publish. */
  readonly resumed?: { readonly before: StoredRecord | undefined };
  /** Whether this read has put the live version back into the trail, which lacked it. */
  readonly completed?: boolean;
};

/**
 * Puts the live version into the trail if the trail lacks it, as after a deletion. The next version would leave a gap
 * otherwise. Returns whether it did.
 */
async function completeTrail(
  { config }: PolicyBucket,
  tenant: string,
  { record: { version }, text }: StoredRecord,
): Promise<boolean> {
  if ((await readTrail(config, tenant, version)) !== undefined) return false;
  const body = encodeRecord(text);
  const put = await config.put(auditKey(tenant, version), body, {
    ...recordOptions,
    only: 'absent',
  });
  return put !== 'taken';
}

/** Whether a version is one of this tenant. */
const isOwnedBy = (tenant: string, { record }: StoredRecord): boolean =>
  record.policy?.['tenant'] === tenant;

/** `completeTrail` for the version that is stored as the live one. An object that is forged is left alone. */
export async function restoreLastVersion(bucket: PolicyBucket, tenant: string): Promise<boolean> {
  const stored = await readRecord(bucket, policyKey(tenant)).catch((thrown: unknown) => {
    if (thrown instanceof RecordForged) return undefined;
    throw thrown;
  });
  const isOwn = stored !== undefined && isOwnedBy(tenant, stored);
  return isOwn ? completeTrail(bucket, tenant, stored) : false;
}

async function readLastOfTrail(bucket: PolicyBucket, tenant: string) {
  const version = (await auditVersions(bucket, tenant)).at(-1);
  return version === undefined ? undefined : readRecord(bucket, auditKey(tenant, version));
}

/** Makes the last version of the trail live. Another publisher may do so at the same time. */
async function resumeLast(
  bucket: SigningBucket,
  tenant: string,
  last: StoredRecord,
  live?: { readonly before: StoredRecord; readonly etag: string },
): Promise<LiveVersion> {
  const resumed = { before: live?.before };
  await announceVersion(bucket, tenant, last.record.version);
  if (last.record.policy === null) {
    await bucket.config.remove([policyKey(tenant)]);
    return { last, etag: undefined, resumed };
  }
  const etag = await putLive(bucket, tenant, last.text, live?.etag);
  return etag === undefined ? readLiveForUpdate(bucket, tenant) : { last, etag, resumed };
}

/** Completes the first publish of a tenant: the trail has a version, but no object is live. */
async function resumeAbsent(bucket: SigningBucket, tenant: string): Promise<LiveVersion> {
  const last = await readLastOfTrail(bucket, tenant);
  if (last === undefined || last.record.policy === null) return { last, etag: undefined };
  return resumeLast(bucket, tenant, last);
}

async function verifyOrUndefined(bucket: PolicyBucket, key: string, body: Uint8Array) {
  try {
    return await verifyStoredRecord(bucket, key, decodeRecord(body));
  } catch {
    return undefined;
  }
}

/**
 * Reads the live version and the object to replace. Completes a publish that was interrupted. An object
 * that is forged, or older than the trail, is replaced by the version that follows the trail's last one.
 */
export async function readLiveForUpdate(
  bucket: SigningBucket,
  tenant: string,
): Promise<LiveVersion> {
  const key = policyKey(tenant);
  const object = await bucket.config.get(key, { maxBytes: Number.MAX_SAFE_INTEGER });
  if (object === 'missing') return resumeAbsent(bucket, tenant);
  if (typeof object === 'string') throw new PortFailure(`${key} is ${object}`);
  const { etag } = object;
  const stored = await verifyOrUndefined(bucket, key, object.body);
  if (stored === undefined || !isOwnedBy(tenant, stored))
    return { last: await readLastOfTrail(bucket, tenant), etag, accepted: false };
  const completed = await completeTrail(bucket, tenant, stored);
  const live = await findLiveRecord(bucket, tenant, stored);
  if (live === 'replaced')
    return { last: await readLastOfTrail(bucket, tenant), etag, accepted: false };
  if (live === stored) return { last: live, etag, accepted: true, completed };
  return resumeLast(bucket, tenant, live, { before: stored, etag });
}
