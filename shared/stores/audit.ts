import { limits } from '../limits.ts';
import { openRecord, type PolicyRecord, type PublisherKey } from '../policy-record.ts';
import { type Crypto, type ObjectStore, PortFailure } from '../ports.ts';
import { isTenant } from '../target.ts';
import { policyKey } from './policies.ts';

/** Where policies lie and who may have signed them. */
export type PolicyBucket = {
  readonly crypto: Crypto;
  readonly config: ObjectStore;
  readonly publishers: () => Promise<readonly PublisherKey[]>;
};

/** A version as it lies in the bucket: its text is what the next one's hash is of. */
export type StoredRecord = {
  readonly record: PolicyRecord;
  readonly hash: string;
  readonly text: string;
};

const folderOf = (tenant: string): string => `audit/${tenant}/`;
export const auditKey = (tenant: string, version: number): string =>
  `${folderOf(tenant)}${version}.jws`;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The versions that the trail of a tenant names, first to last. */
export async function auditVersions({ config }: PolicyBucket, tenant: string) {
  const versions: number[] = [];
  for await (const key of config.list(folderOf(tenant))) {
    const [, version] = /\/([1-9][0-9]{0,8})\.jws$/.exec(key) ?? [];
    if (version !== undefined && key === auditKey(tenant, Number(version)))
      versions.push(Number(version));
  }
  return versions.toSorted((a, b) => a - b);
}

/** Every tenant that there is a trail of, in order: those that are gone as well. */
export async function trailNames(config: ObjectStore): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const key of config.list('audit/')) names.add(key.split('/')[1] ?? '');
  return [...names].filter(isTenant);
}

/** Reads what lies at a key as a version. Throws a sentence for a forgery. */
export async function openStored(
  { crypto, publishers }: PolicyBucket,
  key: string,
  body: Uint8Array,
): Promise<StoredRecord> {
  const text = decoder.decode(body);
  const record = await openRecord(await publishers(), text).catch((thrown: Error) => {
    throw new Error(`${key} is not to be believed: ${thrown.message}`);
  });
  return { record, text, hash: crypto.sha256Hex(text) };
}

/** Reads a version by its key; nothing where there is none. Throws a sentence for a forgery. */
export async function readRecord(
  bucket: PolicyBucket,
  key: string,
): Promise<(StoredRecord & { readonly etag: string }) | undefined> {
  const read = await bucket.config.get(key, { maxBytes: limits.recordBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new Error(`${key} is ${read}`);
  return { ...(await openStored(bucket, key, read.body)), etag: read.etag };
}

/** One line of a policy's history. */
export type HistoryEntry = Pick<PolicyRecord, 'version' | 'at' | 'by' | 'reason'> & {
  readonly hash: string;
  /** Whether the tenant was deleted with this version. */
  readonly deleted: boolean;
};

/** Who published what and why, newest first. Throws a sentence for a version that is forged. */
export async function policyHistory(
  bucket: PolicyBucket,
  tenant: string,
): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for (const version of await auditVersions(bucket, tenant)) {
    const stored = await readRecord(bucket, auditKey(tenant, version));
    if (stored === undefined) continue;
    const { at, by, reason, policy } = stored.record;
    entries.unshift({ version, at, by, reason, hash: stored.hash, deleted: policy === null });
  }
  return entries;
}

const acceptedIn = ({ policy }: PolicyRecord): readonly string[] => {
  const { keys } = (policy ?? {}) as { readonly keys?: { readonly accept?: readonly string[] } };
  return keys?.accept ?? [];
};

/** Every kid that a tenant has ever had up to this version. */
export function kidsUpTo(record: PolicyRecord): readonly string[] {
  return [...new Set([...record.retired, ...acceptedIn(record)])];
}

/** What is wrong between two versions that follow each other. */
function linkFaults(
  tenant: string,
  version: number,
  { record }: StoredRecord,
  before: StoredRecord | undefined,
): readonly string[] {
  const returned = acceptedIn(record).filter((kid) => record.retired.includes(kid));
  const gone = before === undefined ? [] : kidsUpTo(before.record);
  const forgotten = gone.filter((kid) => !kidsUpTo(record).includes(kid));
  const owner = record.policy?.['tenant'];
  return [
    ...(record.version === version ? [] : [`says that it is version ${record.version}`]),
    ...(record.previous === (before?.hash ?? null) ? [] : ['does not follow the one before it']),
    ...(owner === undefined || owner === tenant ? [] : [`is a policy of ${String(owner)}`]),
    ...returned.map((kid) => `accepts ${kid}, which was retired`),
    ...forgotten.map((kid) => `forgets ${kid}`),
  ].map((fault) => `version ${version} ${fault}`);
}

type Walk = { readonly faults: readonly string[]; readonly last: StoredRecord | undefined };

async function walk(bucket: PolicyBucket, tenant: string, versions: readonly number[]) {
  let state: Walk = { faults: [], last: undefined };
  for (const [at, version] of versions.entries()) {
    const missing = version === at + 1 ? [] : [`version ${at + 1} is missing`];
    const found = await readRecord(bucket, auditKey(tenant, version)).catch((thrown: unknown) =>
      thrown instanceof PortFailure ? Promise.reject(thrown) : thrown,
    );
    if (found instanceof Error || found === undefined) {
      const why = `version ${version} is not what a publisher signed`;
      return { faults: [...state.faults, ...missing, why], last: undefined };
    }
    const stored = found as StoredRecord;
    const links = linkFaults(tenant, version, stored, state.last);
    state = { faults: [...state.faults, ...missing, ...links], last: stored };
    if (missing.length > 0) return state;
  }
  return state;
}

/** What is wrong with the live policy, seen from the last version of the trail. */
async function liveFaults(bucket: PolicyBucket, tenant: string, last: StoredRecord) {
  const live = await bucket.config.get(policyKey(tenant), { maxBytes: limits.recordBytes });
  const { version, policy } = last.record;
  if (live === 'missing')
    return policy === null ? [] : [`version ${version} is the last, and no policy is live`];
  if (typeof live === 'string') return [`the live policy is ${live}`];
  const text = decoder.decode(live.body);
  return text === last.text
    ? []
    : [`the live policy is not version ${version}, the last of the trail`];
}

export type AuditReport = { readonly versions: number; readonly faults: readonly string[] };

/**
 * Verifies a tenant's trail: every version is there, signed, chained to the one before, and the last
 * of them is live. The order comes from the chain; clocks say nothing. What is wrong is a sentence each.
 */
export async function auditTrail(bucket: PolicyBucket, tenant: string): Promise<AuditReport> {
  const versions = await auditVersions(bucket, tenant);
  const { faults, last } = await walk(bucket, tenant, versions);
  if (versions.length === 0) {
    const live = await bucket.config.get(policyKey(tenant), { maxBytes: 0 });
    return {
      versions: 0,
      faults: live === 'missing' ? [] : ['a policy is live, and it has no trail'],
    };
  }
  const live = last === undefined ? [] : await liveFaults(bucket, tenant, last);
  return { versions: versions.length, faults: [...faults, ...live] };
}
