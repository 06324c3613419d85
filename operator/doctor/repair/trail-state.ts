import { limits } from '../../../shared/limits.ts';
import { reasonOf } from '../../../shared/refusal.ts';
import { auditVersions } from '../../../shared/versions/audit.ts';
import {
  auditKey,
  decodeRecord,
  type PolicyBucket,
  policyKey,
  type StoredRecord,
  verifyStoredRecord,
} from '../../../shared/versions/bucket.ts';

/** An object that should be a version of a tenant: the version, or why it is none. */
export type StoredVersion =
  | { readonly key: string; readonly stored: StoredRecord }
  | { readonly key: string; readonly fault: string };

/** Everything that is stored about the versions of a tenant's policy. */
export type TrailState = {
  readonly tenant: string;
  /** The objects of the trail by version. */
  readonly entries: ReadonlyMap<number, StoredVersion>;
  /** The live object; undefined if there is none. */
  readonly live: StoredVersion | undefined;
};

/** Why a signed version is not one of this tenant, or of this number; undefined if it is. */
function misplacement(
  { record }: StoredRecord,
  tenant: string,
  version: number | undefined,
): string | undefined {
  const owner = record.policy?.['tenant'];
  if (owner !== undefined && owner !== tenant) return `it is a policy of ${String(owner)}`;
  return version === undefined || record.version === version
    ? undefined
    : `it is version ${record.version}`;
}

/** Reads an object as a version. Undefined if there is none. Throws `PortFailure`. */
async function readVersionAt(
  bucket: PolicyBucket,
  key: string,
  tenant: string,
  version?: number,
): Promise<StoredVersion | undefined> {
  const read = await bucket.config.get(key, { maxBytes: limits.recordBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') return { key, fault: `it is ${read}` };
  try {
    const stored = await verifyStoredRecord(bucket, key, decodeRecord(read.body));
    const fault = misplacement(stored, tenant, version);
    return fault === undefined ? { key, stored } : { key, fault };
  } catch (thrown) {
    return { key, fault: reasonOf(thrown).replace(`${key} is forged: `, '') };
  }
}

/** Reads the trail and the live object of a tenant, whatever is in them. Throws `PortFailure`. */
export async function readTrailState(bucket: PolicyBucket, tenant: string): Promise<TrailState> {
  const entries = new Map<number, StoredVersion>();
  for (const version of await auditVersions(bucket, tenant)) {
    const entry = await readVersionAt(bucket, auditKey(tenant, version), tenant, version);
    if (entry !== undefined) entries.set(version, entry);
  }
  const live = await readVersionAt(bucket, policyKey(tenant), tenant);
  return { tenant, entries, live };
}
