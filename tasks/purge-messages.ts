import * as v from 'valibot';
import {
  type PurgeStores,
  parseSourceKey,
  purgeRequestKey,
  purgeSources,
  type SourceName,
  secondPurgeSeconds,
} from '../shared/objects/purge.ts';
import { sourceKey } from '../shared/url/path.ts';

/*
 * What a queue says about sources that have changed. S3 reports a change at least once and in any
 * order; since a purge looks at nothing but the source's name, neither matters.
 */

/** A message as the queue hands it over; the id is what it is given back by. */
export type QueuedMessage = { readonly id: string; readonly body: string };

export type PurgeWork = PurgeStores & {
  /** Their events are about sources, and about what operators ask to purge. */
  readonly buckets: { readonly sources: string; readonly config: string };
  /**
   * Whether a source has never been another than it is now; where nobody knows, it is left out. It may
   * fail: then it counts as one that was.
   */
  readonly isFirst?: (key: string) => Promise<boolean>;
  /** Sends a message to the same queue, to be seen after so many seconds. */
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
/** S3 says this once, to a queue that it has just been told of. */
const s3Test = v.object({ Event: v.literal('s3:TestEvent') });
/** What the function says to itself. */
const again = v.strictObject({ purgeAgain: v.array(v.string()) });
const message = v.pipe(v.string(), v.parseJson(), v.union([s3Event, s3Test, again]));

/** Events carry keys as a form would: a plus is a space. */
const decodedKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

type Asked = {
  readonly sources: readonly SourceName[];
  /** Those that were stored, perhaps for the first time. */
  readonly stored: readonly SourceName[];
  readonly again: boolean;
};

function sourcesOf(keys: readonly string[]): readonly SourceName[] {
  return keys.map(parseSourceKey).filter((source) => source !== undefined);
}

/** What a message asks for. Throws a sentence for one that nobody of ours has sent. */
export function readPurgeMessage(body: string, buckets: PurgeWork['buckets']): Asked {
  const read = v.safeParse(message, body);
  if (!read.success) throw new Error('it is neither an event of S3 nor one of our own');
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

const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

function distinctSources(named: readonly (readonly SourceName[])[]): readonly SourceName[] {
  return [...new Map(named.flat().map((source) => [sourceKey(source), source])).values()];
}

/**
 * Whether nothing can have been made but of what a source is now: a refusal of it is cached for a minute at
 * most, and CloudFront takes more for two invalidations than all else that an upload costs.
 */
async function isNew({ isFirst, onFailure }: PurgeWork, source: SourceName): Promise<boolean> {
  try {
    return (await isFirst?.(sourceKey(source))) ?? false;
  } catch (thrown) {
    onFailure(`nobody knows whether a source is new, so it is purged: ${reasonOf(thrown)}`);
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

/** Purges what messages ask for, and sees that it is done once more when renders are through. */
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
      work.onFailure(`message ${one.id} cannot be worked off: ${reasonOf(thrown)}`);
      failed.push(one.id);
    }
  }
  return { read, failed };
}

/**
 * Works off a batch of messages. The answer is the ids of those that the queue has to keep: it hands
 * them out again, and after a few times to whoever looks after what nobody can work off.
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
