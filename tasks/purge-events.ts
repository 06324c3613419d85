import * as v from 'valibot';
import { parseSourceKey, purgeRequestKey, type SourceName } from '../shared/objects/purge.ts';
import { entryParts, type SourceEntries } from '../shared/policy/source-entries.ts';
import type { PlacedObject } from '../shared/policy/source-place.ts';
import { isTenant } from '../shared/url/path.ts';
import { requestedTenant } from '../shared/versions/source-move.ts';

/*
 * What the messages of the purge queue say. S3 reports a change of Signet's own buckets to the queue itself, and a
 * change of other buckets through EventBridge. Both report at least once and in any order.
 */

/** The buckets whose events count. */
export type EventBuckets = {
  readonly sources: string;
  readonly config: string;
  /** Buckets that are not Signet's own. Each names the account of its owner. */
  readonly elsewhere: SourceEntries;
};

/** An object of a tenant that was stored or removed. */
export type ObjectEvent = PlacedObject & { readonly tenant: string; readonly isStored: boolean };

/** What a message asks for. */
export type PurgeRequest = {
  readonly changed: readonly ObjectEvent[];
  /** Sources that operators name, or that were purged a minute ago. */
  readonly sources: readonly SourceName[];
  /** Whether the sources were purged a minute ago. */
  readonly again: boolean;
  /** Tenants whose derivatives will be deleted, once every function has the new policy. */
  readonly announced: readonly string[];
  /** Tenants whose derivatives are deleted now. */
  readonly tenants: readonly string[];
};

const nothing: PurgeRequest = {
  changed: [],
  sources: [],
  again: false,
  announced: [],
  tenants: [],
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const s3Event = v.object({
  Records: v.array(
    v.object({
      eventName: v.optional(v.string(), ''),
      s3: v.object({
        bucket: v.object({ name: v.string() }),
        object: v.object({ key: v.string() }),
      }),
    }),
  ),
});
/** S3 sends this once, when the notification is set up. */
const s3Test = v.object({ Event: v.literal('s3:TestEvent') });
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const bridgeEvent = v.object({
  source: v.literal('aws.s3'),
  /** The owner of the bucket. */
  account: v.string(),
  'detail-type': v.string(),
  detail: v.object({
    bucket: v.object({ name: v.string() }),
    object: v.object({ key: v.string() }),
  }),
});
/** Messages of the function to itself. */
const again = v.strictObject({ purgeAgain: v.array(v.string()) });
const tenantAgain = v.strictObject({ purgeTenant: v.pipe(v.string(), v.check(isTenant)) });
const message = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([s3Event, s3Test, bridgeEvent, again, tenantAgain]),
);

/** The message that deletes the derivatives of a tenant. */
export const tenantMessage = (tenant: string): string => JSON.stringify({ purgeTenant: tenant });

/** The message that purges sources a second time. */
export const againMessage = (keys: readonly string[]): string =>
  JSON.stringify({ purgeAgain: keys });

/** Keys in events of S3 are form-encoded: a plus is a space. */
const decodedKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

function sourcesOf(keys: readonly string[]): readonly SourceName[] {
  return keys.map(parseSourceKey).filter((source) => source !== undefined);
}

/** An object of Signet's own bucket; undefined if its key begins with no tenant. */
function ownObject(key: string, isStored: boolean): ObjectEvent | undefined {
  const at = key.indexOf('/');
  const tenant = key.slice(0, Math.max(at, 0));
  if (!isTenant(tenant)) return undefined;
  return { from: undefined, tenant, rest: key.slice(at + 1), isStored };
}

/** Reads a request of an operator from the config bucket. */
function operatorRequest(key: string): Partial<PurgeRequest> {
  const tenant = requestedTenant(key);
  if (tenant !== undefined) return { announced: [tenant] };
  const source = purgeRequestKey(key);
  return source === undefined ? {} : { sources: sourcesOf([source]) };
}

function readOwn({ Records }: v.InferOutput<typeof s3Event>, buckets: EventBuckets): PurgeRequest {
  const requests = Records.map(({ eventName, s3 }): Partial<PurgeRequest> => {
    const key = decodedKey(s3.object.key);
    if (s3.bucket.name === buckets.config) return operatorRequest(key);
    if (s3.bucket.name !== buckets.sources) return {};
    const object = ownObject(key, eventName.startsWith('ObjectCreated:'));
    return object === undefined ? {} : { changed: [object] };
  });
  return {
    ...nothing,
    changed: requests.flatMap(({ changed = [] }) => changed),
    sources: requests.flatMap(({ sources = [] }) => sources),
    announced: requests.flatMap(({ announced = [] }) => announced),
  };
}

/**
 * The keys that an event of EventBridge can mean. No page of AWS says whether they are encoded as in events of S3, so
 * where that makes a difference, both count.
 */
function possibleKeys(key: string): readonly string[] {
  try {
    return [...new Set([key, decodedKey(key)])];
  } catch {
    return [key];
  }
}

/** Invariant: an event counts only for the tenants of entries with that very bucket and owner. */
function readElsewhere(
  { account, detail, 'detail-type': type }: v.InferOutput<typeof bridgeEvent>,
  { elsewhere }: EventBuckets,
): PurgeRequest {
  const { bucket, object } = detail;
  const parts = entryParts(elsewhere).filter(
    ({ name }) => elsewhere[name]?.bucket === bucket.name && elsewhere[name].account === account,
  );
  const isStored = type === 'Object Created';
  const changed = possibleKeys(object.key).flatMap((key) =>
    parts
      .filter(({ prefix }) => key.startsWith(prefix))
      .map(({ name: from, tenant, prefix }) => {
        return { from, tenant, rest: key.slice(prefix.length), isStored };
      }),
  );
  return { ...nothing, changed };
}

/** Reads what a message asks for. Throws a one-line error for an unknown message. */
export function readPurgeMessage(body: string, buckets: EventBuckets): PurgeRequest {
  const read = v.safeParse(message, body);
  if (!read.success) throw new Error('it is neither an S3 event nor a message of this function');
  const said = read.output;
  if ('purgeAgain' in said) return { ...nothing, sources: sourcesOf(said.purgeAgain), again: true };
  if ('purgeTenant' in said) return { ...nothing, tenants: [said.purgeTenant] };
  if ('Records' in said) return readOwn(said, buckets);
  return 'detail' in said ? readElsewhere(said, buckets) : nothing;
}
