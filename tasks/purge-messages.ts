import * as v from 'valibot';
import {
  type PurgeStores,
  parseSourceKey,
  purgeRequestKey,
  purgeSources,
  type SourceName,
  secondPurgeSeconds,
} from '../shared/objects/purge.ts';
import { reasonOf } from '../shared/refusal.ts';
import { sourceKey } from '../shared/url/path.ts';

/*
 * Messages about changed sources. S3 reports a change at least once and in any order. A purge uses only
 * the name of the source, so neither matters.
 */

/** A message of the queue. Its id returns it to the queue. */
export type QueuedMessage = { readonly id: string; readonly body: string };

export type PurgeWork = PurgeStores & {
  /** Events come from two buckets: changes of sources, and purge requests of operators. */
  readonly buckets: { readonly sources: string; readonly config: string };
  /**
   * Whether a source has only ever had its current version. Left out if that cannot be known. If it
   * throws, the source is purged.
   */
  readonly isFirst?: (key: string) => Promise<boolean>;
  /** Sends a message to the same queue, with a delay in seconds. */
  readonly later: (body: string, seconds: number) => Promise<void>;
  readonly onFailure: (reason: string) => void;
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
/** The message of the function to itself. */
const again = v.strictObject({ purgeAgain: v.array(v.string()) });
const message = v.pipe(v.string(), v.parseJson(), v.union([s3Event, s3Test, again]));

/** Keys in events are form-encoded: a plus is a space. */
const decodedKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

type Asked = {
  readonly sources: readonly SourceName[];
  /** The sources that were stored, perhaps for the first time. */
  readonly stored: readonly SourceName[];
  readonly again: boolean;
};

function sourcesOf(keys: readonly string[]): readonly SourceName[] {
  return keys.map(parseSourceKey).filter((source) => source !== undefined);
}

/** Reads the purges that a message asks for. Throws a one-line error for an unknown message. */
export function readPurgeMessage(body: string, buckets: PurgeWork['buckets']): Asked {
  const read = v.safeParse(message, body);
  if (!read.success) throw new Error('it is neither an S3 event nor a message of this function');
  const said = read.output;
  if ('purgeAgain' in said) return { sources: sourcesOf(said.purgeAgain), stored: [], again: true };
  if (!('Records' in said)) return { sources: [], stored: [], again: false };
  const keys = { sources: [] as string[], stored: [] as string[] };
  for (const { eventName, s3 } of said.Records) {
    const key = decodedKey(s3.object.key);
    const asked = s3.bucket.name === buckets.config ? purgeRequestKey(key) : undefined;
    if (asked !== undefined) keys.sources.push(asked);
    if (s3.bucket.name !== buckets.sources) continue;
    (eventName.startsWith('ObjectCreated:') ? keys.stored : keys.sources).push(key);
  }
  return { sources: sourcesOf(keys.sources), stored: sourcesOf(keys.stored), again: false };
}

type Read = QueuedMessage & { readonly asked: Asked };

function distinctSources(named: readonly (readonly SourceName[])[]): readonly SourceName[] {
  return [...new Map(named.flat().map((source) => [sourceKey(source), source])).values()];
}

/**
 * Whether no derivative can have been made from an earlier version of a source. Such a source needs no
 * purge: a refusal is cached for a minute at most, and two invalidations cost more than the rest of an
 * upload.
 */
async function isNew({ isFirst, onFailure }: PurgeWork, source: SourceName): Promise<boolean> {
  try {
    return (await isFirst?.(sourceKey(source))) ?? false;
  } catch (thrown) {
    onFailure(`cannot tell whether a source is new, so it is purged: ${reasonOf(thrown)}`);
    return false;
  }
}

async function replacedSources(
  work: PurgeWork,
  stored: readonly SourceName[],
): Promise<readonly SourceName[]> {
  const old: SourceName[] = [];
  for (const source of stored) if (!(await isNew(work, source))) old.push(source);
  return old;
}

/** Purges what messages ask for, and again later, when renders in progress have ended. */
async function purgeAll(work: PurgeWork, asked: readonly Asked[]): Promise<void> {
  const old = await replacedSources(work, distinctSources(asked.map(({ stored }) => stored)));
  const named = (some: readonly Asked[]) =>
    distinctSources([...some.map(({ sources }) => sources), old]);
  await purgeSources(work, named(asked));
  const first = named(asked.filter((one) => !one.again)).map(sourceKey);
  if (first.length > 0) await work.later(JSON.stringify({ purgeAgain: first }), secondPurgeSeconds);
}

function readAll(work: PurgeWork, messages: readonly QueuedMessage[]) {
  const read: Read[] = [];
  const failed: string[] = [];
  for (const one of messages) {
    try {
      read.push({ ...one, asked: readPurgeMessage(one.body, work.buckets) });
    } catch (thrown) {
      work.onFailure(`message ${one.id} cannot be processed: ${reasonOf(thrown)}`);
      failed.push(one.id);
    }
  }
  return { read, failed };
}

/**
 * Processes a batch of messages. Returns the ids of those that failed. The queue delivers them again, and
 * after a few attempts moves them to the dead-letter queue.
 */
export async function handlePurgeMessages(
  work: PurgeWork,
  messages: readonly QueuedMessage[],
): Promise<readonly string[]> {
  const { read, failed } = readAll(work, messages);
  try {
    await purgeAll(
      work,
      read.map(({ asked }) => asked),
    );
    return failed;
  } catch (thrown) {
    work.onFailure(`the purge failed and is tried again: ${reasonOf(thrown)}`);
    return messages.map(({ id }) => id);
  }
}
