import { PortFailure } from '../ports.ts';
import { auditVersions } from './audit.ts';
import {
  auditKey,
  decodeRecord,
  encodeRecord,
  type PolicyBucket,
  policyKey,
  readRecord,
  type StoredRecord,
  verifyStoredRecord,
} from './bucket.ts';
import { followedRecord } from './live.ts';

export const recordOptions = { contentType: 'application/jose' } as const;

/**
 * The commit point: from here on the edge reads the version. Whoever is late finds it done already, or
 * followed by another; the answer is the object's ETag for the one who did it.
 */
export async function commit(
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

/** What is in force: the version, and the object that has to be replaced. */
export type Current = {
  readonly last: StoredRecord | undefined;
  readonly etag: string | undefined;
  /** Whether the functions believe that object. */
  readonly believed?: boolean;
  /** What was live until the version that the trail ends with was put into force, just now. */
  readonly resumed?: { readonly before: StoredRecord | undefined };
};

async function lastOfTrail(bucket: PolicyBucket, tenant: string) {
  const version = (await auditVersions(bucket, tenant)).at(-1);
  return version === undefined ? undefined : readRecord(bucket, auditKey(tenant, version));
}

/** Puts into force what the trail has decided for. Somebody else may be doing it at the same time. */
async function resume(
  bucket: PolicyBucket,
  tenant: string,
  last: StoredRecord,
  live?: { readonly before: StoredRecord; readonly etag: string },
): Promise<Current> {
  const resumed = { before: live?.before };
  if (last.record.policy === null) {
    await bucket.config.remove([policyKey(tenant)]);
    return { last, etag: undefined, resumed };
  }
  const etag = await commit(bucket, tenant, last.text, live?.etag);
  return etag === undefined ? current(bucket, tenant) : { last, etag, resumed };
}

/** No policy is live. One that the trail decided for, and nobody has put into force, is put there. */
async function absent(bucket: PolicyBucket, tenant: string): Promise<Current> {
  const last = await lastOfTrail(bucket, tenant);
  if (last === undefined || last.record.policy === null) return { last, etag: undefined };
  return resume(bucket, tenant, last);
}

/**
 * What is live, and the version that is to be followed. A live policy that cannot be believed, or that
 * is older than the trail, is replaced by what follows the last version of the trail.
 */
export async function current(bucket: PolicyBucket, tenant: string): Promise<Current> {
  const key = policyKey(tenant);
  const object = await bucket.config.get(key, { maxBytes: Number.MAX_SAFE_INTEGER });
  if (object === 'missing') return absent(bucket, tenant);
  if (typeof object === 'string') throw new PortFailure(`${key} is ${object}`);
  const { etag } = object;
  const before = await readable(bucket, key, object.body);
  const mine = before?.record.policy?.['tenant'] === tenant;
  const last = mine ? await followedRecord(bucket, tenant, before) : 'replaced';
  if (last === 'replaced')
    return { last: await lastOfTrail(bucket, tenant), etag, believed: false };
  if (last === before) return { last, etag, believed: true };
  return resume(bucket, tenant, last, { before: before as StoredRecord, etag });
}

async function readable(bucket: PolicyBucket, key: string, body: Uint8Array) {
  try {
    return await verifyStoredRecord(bucket, key, decodeRecord(body));
  } catch {
    return undefined;
  }
}
