import type { PolicyChange } from '../policy/diff/policy-diff.ts';
import { publishedDiff, readPublished } from '../policy/diff/published-diff.ts';
import type { Keys } from '../policy/policy.ts';
import type { ValidPolicy } from '../policy/schema.ts';
import type { SourceEntries } from '../policy/source-entries.ts';
import {
  type CheckedPolicy,
  checkPolicy,
  checkStoredSize,
  type PolicyFields,
} from '../policy/validation.ts';
import { type Clock, PortFailure } from '../ports.ts';
import { escapeForTerminal } from '../terminal.ts';
import { announceVersion, repairChanges, type SigningBucket } from './announcing.ts';
import { kidsUpTo } from './audit.ts';
import {
  auditKey,
  encodeRecord,
  policyKey,
  readRecord,
  recordOptions,
  type StoredRecord,
} from './bucket.ts';
import { claimedPlace } from './claimed-source.ts';
import { PublishConflict } from './conflict.ts';
import { type LiveVersion, putLive, readLiveForUpdate } from './live.ts';
import { type MergeOptions, mergeWithLive, validMerged } from './merging.ts';
import {
  checkFields,
  checkRetiredKids,
  describeArrival,
  type KnownFields,
} from './publish-checks.ts';
import { type Maker, type PolicyRecord, signRecord } from './record.ts';
import { checkMove, checkSourcePlace, requestTenantPurge } from './source-move.ts';

/** What publishing needs besides the bucket. */
export type Publishing = SigningBucket & {
  readonly clock: Clock;
  /** Who publishes, for the audit trail: see author.ts. */
  readonly by: () => Promise<string>;
  readonly knownFields?: KnownFields;
  /** The buckets that the deployment lists. */
  readonly sourceEntries?: () => Promise<SourceEntries>;
};

export type PublishOptions = MergeOptions & {
  /** Refuse when the tenant exists. */
  readonly create?: boolean;
  readonly reason?: string | undefined;
  /** The version that the change is based on. Refuse if another version is live. */
  readonly expected?: number | undefined;
  /** Delete every derivative of the tenant. Needed by a change of the place of its sources. */
  readonly purge?: boolean | undefined;
  /** What the content was made from, if not from the words of a command. */
  readonly maker?: Maker | undefined;
};

export type Publication = {
  readonly tenant: string;
  readonly keys: Keys;
  readonly version: number;
  /** Whether the tenant is new. */
  readonly created: boolean;
  /** Whether the document equals the live version. Then no new version is made. */
  readonly unchanged: boolean;
  /** Whether a version of the trail is live again that was not: its object was removed or is older, or the tenant was deleted. */
  readonly restored: boolean;
  /** The changes from the previous version. */
  readonly changes: readonly PolicyChange[];
};

/** The record of the next version. */
async function nextRecord(
  { clock, by }: Publishing,
  last: StoredRecord | undefined,
  policy: PolicyRecord['policy'],
  reason: string | undefined,
): Promise<PolicyRecord> {
  const { accept = [] } = (policy as { readonly keys?: Keys } | null)?.keys ?? {};
  const had = last === undefined ? [] : kidsUpTo(last.record);
  return {
    version: (last?.record.version ?? 0) + 1,
    at: new Date(clock()).toISOString(),
    by: await by(),
    reason: reason ?? null,
    previous: last?.hash ?? null,
    retired: had.filter((kid) => !accept.includes(kid)),
    policy,
  };
}

const sameText = (one: PolicyRecord['policy'], other: PolicyRecord['policy']): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const sameChange = (one: PolicyRecord, other: PolicyRecord): boolean =>
  one.reason === other.reason && sameText(one.policy, other.policy);

/** The changes from the previous version, in words. */
function changeOf(before: PolicyRecord['policy'] | undefined, after: PolicyRecord['policy']) {
  const now = after === null ? undefined : readPublished(after).policy;
  return now === undefined ? [] : publishedDiff(before ? readPublished(before) : undefined, now);
}

const printReason = ({ reason }: PolicyRecord): string =>
  reason === null ? '' : ` (${escapeForTerminal(reason)})`;

/**
 * Handles a version number that is taken. A publisher that was stopped half-way has left its version in
 * the trail, so that version is completed. Throws `PublishConflict` unless it was the same change.
 */
async function finishOther(
  bucket: SigningBucket,
  tenant: string,
  mine: PolicyRecord,
  { last, etag }: LiveVersion,
): Promise<void> {
  const theirs = await readRecord(bucket, auditKey(tenant, mine.version));
  if (theirs === undefined) throw new PortFailure(`${auditKey(tenant, mine.version)} is missing`);
  if (theirs.record.policy !== null) await putLive(bucket, tenant, theirs.text, etag);
  if (sameChange(mine, theirs.record)) return;
  const { version, by } = theirs.record;
  throw new PublishConflict(
    `${escapeForTerminal(by)} has just published version ${version} of ${tenant}${printReason(theirs.record)}; look at the difference, then publish again`,
    changeOf(last?.record.policy, theirs.record.policy),
  );
}

/** Throws `PublishConflict` if someone else's interrupted version was completed now. */
function checkResumed(
  tenant: string,
  { last, resumed }: LiveVersion,
  expected: number | undefined,
) {
  if (resumed === undefined || last === undefined || expected === last.record.version) return;
  const { version, by } = last.record;
  throw new PublishConflict(
    `version ${version} of ${tenant}, which ${escapeForTerminal(by)} published${printReason(last.record)}, was interrupted and is live only now; look at the difference, then publish again`,
    changeOf(resumed.before?.record.policy, last.record.policy),
  );
}

/**
 * Announces a version, writes it into the trail, which decides who was first, and then into the live
 * object. Invariant: a version is announced before it exists, so a publish that stops half-way leaves
 * none that functions do not look for. They read a policy in vain if its version never comes.
 */
async function appendVersion(
  publishing: Publishing,
  tenant: string,
  live: LiveVersion,
  record: PolicyRecord,
  maker?: Maker,
): Promise<void> {
  const text = await signRecord(await publishing.publisher(), record, maker);
  const key = auditKey(tenant, record.version);
  await announceVersion(publishing, tenant, record.version);
  const put = await publishing.config.put(key, encodeRecord(text), {
    ...recordOptions,
    only: 'absent',
  });
  if (put === 'taken') return finishOther(publishing, tenant, record, live);
  if (record.policy === null) await publishing.config.remove([policyKey(tenant)]);
  else await putLive(publishing, tenant, text, live.etag);
  // The list may have been lost or replaced by an older one since the first announcement.
  await announceVersion(publishing, tenant, record.version);
}

/** The version that is live; 0 if there is none. */
const liveNumber = ({ last, etag }: LiveVersion): number =>
  etag === undefined ? 0 : (last?.record.version ?? 0);

function checkExpected(tenant: string, version: LiveVersion, options: PublishOptions): void {
  const live = liveNumber(version);
  if (options.create && version.etag !== undefined)
    throw new PublishConflict(`tenant ${tenant} exists already`);
  if (options.expected !== undefined && options.expected !== live)
    throw new PublishConflict(
      `version ${live} of ${tenant} is live, not ${options.expected}; look at it and publish again`,
    );
}

/** Adds a version and, if it has to be, has all derivatives of the tenant deleted afterwards. */
async function appendPolicy(
  publishing: Publishing,
  live: LiveVersion,
  policy: PolicyFields & { readonly keys: Keys },
  { tenant, purge, reason, maker }: PublishOptions & { readonly tenant: string },
): Promise<void> {
  const record = await nextRecord(publishing, live.last, policy, reason);
  // Before and after: a publish that stops half-way may still be completed by another one.
  if (purge === true) await requestTenantPurge(publishing.config, tenant);
  await appendVersion(publishing, tenant, live, record, maker);
}

/** A publication that every check allows, and what is written for it. */
type Plan = {
  readonly live: LiveVersion;
  readonly policy: PolicyFields & { readonly keys: Keys };
  /** `completed`: an interrupted publish had written the same, so there is nothing to write. */
  readonly state: 'new' | 'unchanged' | 'completed';
  readonly done: Publication;
};

async function checkChange(
  publishing: Publishing,
  { live, policy }: Pick<Plan, 'live' | 'policy'>,
  after: ValidPolicy,
  options: PublishOptions,
): Promise<void> {
  const before = live.last?.record;
  checkRetiredKids(policy.keys, before?.retired ?? []);
  const changing = await checkFields(publishing.knownFields, policy, live);
  const place = before?.policy ? claimedPlace(before.policy) : undefined;
  checkMove({ before: place, after, purge: options.purge, changing });
}

/** Makes every check. It writes nothing, unless there is an interrupted publish to complete. */
async function planVersion(
  publishing: Publishing,
  { document, policy: valid }: CheckedPolicy,
  options: PublishOptions,
): Promise<Plan> {
  const { tenant } = valid;
  checkSourcePlace((await publishing.sourceEntries?.()) ?? {}, valid);
  const live = await readLiveForUpdate(publishing, tenant);
  const before = live.last?.record;
  const beforePolicy = before?.policy ? readPublished(before.policy) : undefined;
  const policy = mergeWithLive(document, live, options);
  checkStoredSize(policy);
  const changes = publishedDiff(beforePolicy, validMerged(valid, policy, beforePolicy));
  const done = { tenant, keys: policy.keys, changes, unchanged: false, ...describeArrival(live) };
  const isSame = before !== undefined && sameText(before.policy, policy);
  const same = { ...done, version: before?.version ?? 0 };
  if (live.resumed && isSame) return { live, policy, state: 'completed', done: same };
  checkResumed(tenant, live, options.expected);
  checkExpected(tenant, live, options);
  if (live.accepted && isSame)
    return { live, policy, state: 'unchanged', done: { ...same, unchanged: true } };
  await checkChange(publishing, { live, policy }, valid, options);
  return { live, policy, state: 'new', done: { ...done, version: (before?.version ?? 0) + 1 } };
}

/** What a publication would do, and the version that is live now; 0 if there is none. */
export type PlannedPublication = Publication & { readonly live: number };

/**
 * Checks whether a policy can be published, and returns what that would do. Throws as `publishChecked` does. It
 * completes an interrupted publish, whose version the functions use already.
 */
export async function planPublication(
  publishing: Publishing,
  checked: CheckedPolicy,
  options: PublishOptions,
): Promise<PlannedPublication> {
  const { live, done } = await planVersion(publishing, checked, options);
  return { ...done, live: liveNumber(live) };
}

/**
 * Publishes a policy. Without `keys` or `blocked` the live ones stay. Throws `PolicyInvalid`, and
 * `PublishConflict` when the tenant exists or someone else has published in between. A publish that
 * failed half-way is completed by the next one.
 */
export async function publishChecked(
  publishing: Publishing,
  checked: CheckedPolicy,
  options: PublishOptions,
): Promise<Publication> {
  const { tenant } = checked.policy;
  const { live, policy, state, done } = await planVersion(publishing, checked, options);
  if (state === 'unchanged') await repairChanges(publishing, tenant, done.version);
  if (state === 'new') await appendPolicy(publishing, live, policy, { ...options, tenant });
  if (options.purge === true) await requestTenantPurge(publishing.config, tenant);
  return done;
}

/** Validates a document and publishes it. Throws as `publishChecked` does. */
export async function publishPolicy(
  publishing: Publishing,
  document: unknown,
  options: PublishOptions,
): Promise<Publication> {
  return publishChecked(publishing, checkPolicy(document), options);
}

/** Deletes a tenant. Its trail stays, so its kids are never used again. False if there is no such tenant. */
export async function deleteTenant(
  publishing: Publishing,
  tenant: string,
  reason: string | undefined,
): Promise<boolean> {
  const live = await readLiveForUpdate(publishing, tenant);
  if (live.etag === undefined) return false;
  const record = await nextRecord(publishing, live.last, null, reason);
  await appendVersion(publishing, tenant, live, record);
  return true;
}
