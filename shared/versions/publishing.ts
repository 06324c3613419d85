import type { PublisherSecretKey } from '../keys/publisher.ts';
import { type PolicyChange, policyDiff } from '../policy/diff/policy-diff.ts';
import { fieldsUnknownTo, fieldsUsed } from '../policy/fields.ts';
import type { Keys } from '../policy/policy.ts';
import { PolicyInvalid, validPolicy } from '../policy/validation.ts';
import { type Clock, PortFailure } from '../ports.ts';
import { escapeForTerminal } from '../terminal.ts';
import { kidsUpTo } from './audit.ts';
import {
  auditKey,
  encodeRecord,
  type PolicyBucket,
  policyKey,
  readRecord,
  type StoredRecord,
} from './bucket.ts';
import { type Current, commit, current, recordOptions } from './current.ts';
import { type PolicyRecord, signRecord } from './record.ts';

/** What publishing needs besides the bucket: a key that signs, a clock, and a name to answer for it. */
export type Publishing = PolicyBucket & {
  readonly publisher: () => Promise<PublisherSecretKey>;
  readonly clock: Clock;
  readonly by: string;
  /**
   * The fields that the deployed functions read, or that these are being changed just now; nothing where
   * there are none to ask.
   */
  readonly knownFields?: () => Promise<readonly string[] | 'changing' | undefined>;
};

/** Somebody else was faster: nothing of this was written. */
export class PublishConflict extends Error {
  override readonly name = 'PublishConflict';
  /** What the other one changed, where that is known. */
  readonly change: readonly PolicyChange[];
  constructor(message: string, change: readonly PolicyChange[] = []) {
    super(message);
    this.change = change;
  }
}

export type PublishOptions = {
  /** The root that a tenant without keys signs with; its generation follows those it has had. */
  readonly root: string;
  /** Refuse when the tenant exists already. */
  readonly create?: boolean;
  readonly reason?: string | undefined;
  /** Refuse when another version is live: that of which the change was made. */
  readonly expected?: number | undefined;
  /** Going back to what was said before lifts no takedown: what is blocked by now stays so. */
  readonly restoring?: true;
};

export type Publication = {
  readonly tenant: string;
  readonly keys: Keys;
  readonly version: number;
  /** Whether there was no such tenant before. */
  readonly created: boolean;
  /** Whether the live version says the same already: then it stays, and no other is made. */
  readonly unchanged: boolean;
  /** What it changes of the version before. */
  readonly changes: readonly PolicyChange[];
};

/** A recreated tenant goes on counting: what was signed for the one before it stays dead. */
function firstKeys(root: string, had: readonly string[]): Keys {
  const generations = had
    .filter((kid) => kid.startsWith(`${root}.`))
    .map((kid) => Number(kid.slice(root.length + 1)));
  const kid = `${root}.${Math.max(0, ...generations) + 1}`;
  return { active: kid, accept: [kid] };
}

function liveKeys(last: StoredRecord | undefined): Keys | undefined {
  return (last?.record.policy as { readonly keys?: Keys } | null | undefined)?.keys;
}

type Written = Readonly<Record<string, unknown>>;

/**
 * What is stored: the document as it was written, since a default that is not spelled out stays the
 * default of the reader. What it does not speak of and others have set stays: keys, and takedowns,
 * which a file in git knows nothing of.
 */
function mergeWithLive(
  document: Written,
  { last }: Current,
  { root, restoring }: PublishOptions,
): Written & { readonly keys: Keys } {
  const had = last === undefined ? [] : kidsUpTo(last.record);
  const keys = (document['keys'] as Keys | undefined) ?? liveKeys(last) ?? firstKeys(root, had);
  const live = last?.record.policy;
  const stays = live && (restoring || document['blocked'] === undefined);
  const blocked = stays ? live['blocked'] : document['blocked'];
  const { blocked: _written, ...others } = document;
  return blocked === undefined ? { ...others, keys } : { ...document, keys, blocked };
}

/** A takedown and a rotation cannot wait for a deployment, and every version has read these. */
const everKnown = ['tenant', 'keys', 'keys.active', 'keys.accept', 'blocked'];

/**
 * What the functions cannot read they refuse, and the tenant with it: so it is not published. While
 * older and newer ones run side by side, what is in force already is read by all of them.
 */
async function checkFields(
  { knownFields }: Publishing,
  policy: Written,
  { last }: Current,
): Promise<void> {
  const known = await knownFields?.();
  if (known === undefined) return;
  const changing = known === 'changing';
  const read = changing ? [...everKnown, ...fieldsUsed(last?.record.policy ?? {})] : known;
  const message = changing
    ? 'is new to this tenant, and the deployment of the stack is not done; publish again when it is'
    : 'is not known to the functions that are deployed; upgrade them, then publish again';
  const unknown = fieldsUnknownTo(read, policy);
  if (unknown.length > 0) throw new PolicyInvalid(unknown.map((path) => ({ path, message })));
}

/** Throws `PolicyInvalid` for a kid that has left the tenant's policy before. */
export function checkRetiredKids({ accept }: Keys, retired: readonly string[]): void {
  const returned = accept.find((kid) => retired.includes(kid));
  if (returned !== undefined)
    throw new PolicyInvalid([
      { path: 'keys.accept', message: `names ${returned}, which was retired and never returns` },
    ]);
}

/** The version that follows. */
function nextRecord(
  { clock, by }: Publishing,
  last: StoredRecord | undefined,
  policy: PolicyRecord['policy'],
  reason: string | undefined,
): PolicyRecord {
  const { accept = [] } = (policy as { readonly keys?: Keys } | null)?.keys ?? {};
  const had = last === undefined ? [] : kidsUpTo(last.record);
  return {
    version: (last?.record.version ?? 0) + 1,
    at: new Date(clock()).toISOString(),
    by,
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

/** What one version changed of the one before, in words. */
function changeOf(before: PolicyRecord['policy'] | undefined, after: PolicyRecord['policy']) {
  if (after === null) return [];
  return policyDiff(before ? validPolicy(before) : undefined, validPolicy(after));
}

const printReason = ({ reason }: PolicyRecord): string =>
  reason === null ? '' : ` (${escapeForTerminal(reason)})`;

/**
 * The version was taken. A publisher that was stopped half-way has left its version in the trail, so
 * it is brought to its end; then either it was this very change, or somebody else's.
 */
async function finishOther(
  bucket: PolicyBucket,
  tenant: string,
  mine: PolicyRecord,
  { last, etag }: Current,
): Promise<void> {
  const theirs = await readRecord(bucket, auditKey(tenant, mine.version));
  if (theirs === undefined) throw new PortFailure(`${auditKey(tenant, mine.version)} is missing`);
  if (theirs.record.policy !== null) await commit(bucket, tenant, theirs.text, etag);
  if (sameChange(mine, theirs.record)) return;
  const { version, by } = theirs.record;
  throw new PublishConflict(
    `${escapeForTerminal(by)} has just published version ${version} of ${tenant}${printReason(theirs.record)}; look at the difference, then publish again`,
    changeOf(last?.record.policy, theirs.record.policy),
  );
}

/** A version that its publisher did not bring to its end, or that somebody had taken out of force. */
function checkResumed(tenant: string, { last, resumed }: Current, expected: number | undefined) {
  if (resumed === undefined || last === undefined || expected === last.record.version) return;
  const { version, by } = last.record;
  throw new PublishConflict(
    `version ${version} of ${tenant}, which ${escapeForTerminal(by)} published${printReason(last.record)}, was not in force and is now; look at the difference, then publish again`,
    changeOf(resumed.before?.record.policy, last.record.policy),
  );
}

/** Writes a version: into the trail, which decides who was first, and then into force. */
async function appendVersion(
  publishing: Publishing,
  tenant: string,
  now: Current,
  record: PolicyRecord,
): Promise<void> {
  const text = await signRecord(await publishing.publisher(), record);
  const key = auditKey(tenant, record.version);
  const put = await publishing.config.put(key, encodeRecord(text), {
    ...recordOptions,
    only: 'absent',
  });
  if (put === 'taken') return finishOther(publishing, tenant, record, now);
  if (record.policy === null) await publishing.config.remove([policyKey(tenant)]);
  else await commit(publishing, tenant, text, now.etag);
}

function checkCurrent(tenant: string, { last, etag }: Current, options: PublishOptions): void {
  const live = etag === undefined ? 0 : (last?.record.version ?? 0);
  if (options.create && etag !== undefined)
    throw new PublishConflict(`tenant ${tenant} exists already`);
  if (options.expected !== undefined && options.expected !== live)
    throw new PublishConflict(
      `version ${live} of ${tenant} is live, not ${options.expected}; look at it and publish again`,
    );
}

/**
 * Publishes a policy. Without `keys` or `blocked` the live ones stay. Throws `PolicyInvalid`, and
 * `PublishConflict` when the tenant exists or somebody else has published in between. What a failure
 * has left half-way is completed by the next try.
 */
export async function publishPolicy(
  publishing: Publishing,
  document: unknown,
  options: PublishOptions,
): Promise<Publication> {
  const { tenant } = validPolicy(document);
  const now = await current(publishing, tenant);
  const policy = mergeWithLive(document as Written, now, options);
  validPolicy(policy);
  const record = nextRecord(publishing, now.last, policy, options.reason);
  const created = now.etag === undefined || (now.resumed && now.resumed.before === undefined);
  const before = now.last?.record;
  const changes = changeOf(before?.policy, policy);
  const done = { tenant, keys: policy.keys, created: created === true, changes, unchanged: false };
  if (now.resumed && before !== undefined && sameText(before.policy, policy))
    return { ...done, version: before.version };
  checkResumed(tenant, now, options.expected);
  checkCurrent(tenant, now, options);
  if (now.believed && before !== undefined && sameText(before.policy, policy))
    return { ...done, version: before.version, unchanged: true };
  checkRetiredKids(policy.keys, now.last?.record.retired ?? []);
  await checkFields(publishing, policy, now);
  await appendVersion(publishing, tenant, now, record);
  return { ...done, version: record.version };
}

/** Deletes a tenant. Its trail stays, and so does what it says of its kids. */
export async function deleteTenant(
  publishing: Publishing,
  tenant: string,
  reason: string | undefined,
): Promise<boolean> {
  const now = await current(publishing, tenant);
  if (now.etag === undefined) return false;
  await appendVersion(publishing, tenant, now, nextRecord(publishing, now.last, null, reason));
  return true;
}
