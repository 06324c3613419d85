import { limits } from '../limits.ts';
import { type ObjectStore, PortFailure } from '../ports.ts';
import { isTenant } from '../url/path.ts';
import { isConfirmedAuthor } from './author.ts';
import {
  auditKey,
  decodeRecord,
  type PolicyBucket,
  policyKey,
  RecordForged,
  readRecord,
  type StoredRecord,
  trailFolder,
} from './bucket.ts';
import type { PolicyRecord } from './record.ts';

/** The versions in a tenant's trail, oldest first. */
export async function auditVersions({ config }: PolicyBucket, tenant: string) {
  const versions: number[] = [];
  for await (const key of config.list(trailFolder(tenant))) {
    const [, version] = /\/([1-9][0-9]{0,8})\.jws$/.exec(key) ?? [];
    if (version !== undefined && key === auditKey(tenant, Number(version)))
      versions.push(Number(version));
  }
  return versions.toSorted((a, b) => a - b);
}

/** Every tenant that has a trail, in order, including deleted tenants. */
export async function trailNames(config: ObjectStore): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const key of config.list('audit/')) names.add(key.split('/')[1] ?? '');
  return [...names].filter(isTenant);
}

/** One line of a policy's history. */
export type HistoryEntry = Pick<PolicyRecord, 'version' | 'at' | 'by' | 'reason'> & {
  readonly hash: string;
  /** Whether AWS confirmed `by`. Otherwise the publisher declared it. */
  readonly confirmed: boolean;
  /** Whether this version deleted the tenant. */
  readonly deleted: boolean;
};

async function readIfVerified(bucket: PolicyBucket, key: string) {
  return readRecord(bucket, key).catch((thrown: unknown) => {
    if (thrown instanceof RecordForged) return undefined;
    throw thrown;
  });
}

/**
 * Who published what and why, newest first: every version, or those that verify. Throws `RecordForged` for a version
 * that does not verify, if all are asked for.
 */
export async function policyHistory(
  bucket: PolicyBucket,
  tenant: string,
  which: 'all' | 'verified' = 'all',
): Promise<readonly HistoryEntry[]> {
  const read = which === 'all' ? readRecord : readIfVerified;
  const entries: HistoryEntry[] = [];
  for (const version of await auditVersions(bucket, tenant)) {
    const stored = await read(bucket, auditKey(tenant, version));
    if (stored === undefined) continue;
    const { at, by, reason, policy } = stored.record;
    const line = { version, at, by, reason, hash: stored.hash, confirmed: isConfirmedAuthor(by) };
    entries.unshift({ ...line, deleted: policy === null });
  }
  return entries;
}

const acceptedIn = ({ policy }: PolicyRecord): readonly string[] => {
  const { keys } = (policy ?? {}) as { readonly keys?: { readonly accept?: readonly string[] } };
  return keys?.accept ?? [];
};

/** Every kid that the tenant has had up to this version. */
export function kidsUpTo(record: PolicyRecord): readonly string[] {
  return [...new Set([...record.retired, ...acceptedIn(record)])];
}

/** The faults between two consecutive versions, one sentence each. */
function linkFaults(
  tenant: string,
  version: number,
  { record }: StoredRecord,
  before: StoredRecord | 'unknown' | undefined,
): readonly string[] {
  const returned = acceptedIn(record).filter((kid) => record.retired.includes(kid));
  const known = before === 'unknown' ? undefined : before;
  const gone = known === undefined ? [] : kidsUpTo(known.record);
  const follows = before === 'unknown' || record.previous === (known?.hash ?? null);
  const forgotten = gone.filter((kid) => !kidsUpTo(record).includes(kid));
  const owner = record.policy?.['tenant'];
  return [
    ...(record.version === version ? [] : [`says that it is version ${record.version}`]),
    ...(follows ? [] : ['does not follow the one before it']),
    ...(owner === undefined || owner === tenant ? [] : [`is a policy of ${String(owner)}`]),
    ...returned.map((kid) => `accepts ${kid}, which was retired`),
    ...forgotten.map((kid) => `forgets ${kid}`),
  ].map((fault) => `version ${version} ${fault}`);
}

type Walk = {
  readonly faults: readonly string[];
  /** The `by` of each verified version. */
  readonly authors: readonly string[];
  /** The previous version; undefined after a gap or after an unreadable version. */
  readonly before: StoredRecord | undefined;
  readonly next: number;
};

/** One sentence about a range of missing versions. */
function gap(from: number, until: number): readonly string[] {
  if (from > until) return [];
  return [
    from === until ? `version ${from} is missing` : `versions ${from} to ${until} are missing`,
  ];
}

/** Reads a version of the trail. Returns a sentence if it is missing or forged. */
async function readLink(bucket: PolicyBucket, tenant: string, version: number) {
  try {
    return await readRecord(bucket, auditKey(tenant, version));
  } catch (thrown) {
    if (!(thrown instanceof PortFailure)) return undefined;
    if (!thrown.answered) throw thrown;
    return `version ${version} cannot be read: ${thrown.message}`;
  }
}

async function step(bucket: PolicyBucket, tenant: string, state: Walk, version: number) {
  const missing = gap(state.next, version - 1);
  const found = await readLink(bucket, tenant, version);
  const next = version + 1;
  const { authors } = state;
  if (found === undefined || typeof found === 'string') {
    const why = found ?? `version ${version} is not what a publisher signed`;
    return { faults: [...state.faults, ...missing, why], authors, before: undefined, next };
  }
  const unlinked = version > 1 && (state.before === undefined || missing.length > 0);
  const links = linkFaults(tenant, version, found, unlinked ? 'unknown' : state.before);
  const faults = [...state.faults, ...missing, ...links];
  return { faults, authors: [...authors, found.record.by], before: found, next };
}

async function walk(bucket: PolicyBucket, tenant: string, versions: readonly number[]) {
  let state: Walk = { faults: [], authors: [], before: undefined, next: 1 };
  for (const version of versions) state = await step(bucket, tenant, state, version);
  return { faults: state.faults, authors: state.authors, last: state.before };
}

/** The faults of the live policy, compared with the last version of the trail. */
async function liveFaults(bucket: PolicyBucket, tenant: string, last: StoredRecord) {
  const live = await bucket.config.get(policyKey(tenant), { maxBytes: limits.recordBytes });
  const { version, policy } = last.record;
  if (live === 'missing')
    return policy === null ? [] : [`version ${version} is the last, and no policy is live`];
  if (typeof live === 'string') return [`the live policy is ${live}`];
  return decodeRecord(live.body) === last.text
    ? []
    : [`the live policy is not version ${version}, the last of the trail`];
}

/** Who published how many of the verified versions. */
export type AuthorCount = {
  readonly by: string;
  readonly confirmed: boolean;
  readonly versions: number;
};

export type AuditReport = {
  readonly versions: number;
  readonly faults: readonly string[];
  readonly authors: readonly AuthorCount[];
};

/** In the order of their first versions. */
function countAuthors(authors: readonly string[]): readonly AuthorCount[] {
  return [...new Set(authors)].map((by) => ({
    by,
    confirmed: isConfirmedAuthor(by),
    versions: authors.filter((one) => one === by).length,
  }));
}

/**
 * Verifies a tenant's trail: every version exists, is signed and is chained to the previous one, and the
 * last one is live. The chain gives the order; clocks are not used. Returns one sentence for each fault.
 */
export async function auditTrail(bucket: PolicyBucket, tenant: string): Promise<AuditReport> {
  const versions = await auditVersions(bucket, tenant);
  const { faults, last, authors } = await walk(bucket, tenant, versions);
  if (versions.length === 0) {
    const live = await bucket.config.get(policyKey(tenant), { maxBytes: 0 });
    return {
      versions: 0,
      authors: [],
      faults: live === 'missing' ? [] : ['a policy is live, and it has no trail'],
    };
  }
  const live = last === undefined ? [] : await liveFaults(bucket, tenant, last);
  const all = [...faults, ...live];
  return { versions: versions.length, faults: all, authors: countAuthors(authors) };
}
