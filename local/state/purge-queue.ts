import { systemClock } from '../../shared/adapters/clock.ts';
import { localAccount } from '../../shared/deployment/local-endpoints.ts';
import { type PurgeStores, purgeRequestKey } from '../../shared/objects/purge.ts';
import { printInvalidationLine } from '../../tasks/purge-line.ts';
import {
  handlePurgeMessages,
  type PurgeWork,
  type QueuedMessage,
} from '../../tasks/purge-messages.ts';
import { bridgeMessage, eventMessage } from '../s3/event-message.ts';
import type { ObjectChange } from '../s3/server.ts';
import { openMessageQueue } from './message-queue.ts';

/*
 * S3 events, a queue and the code of the deployed purge function. The only difference to AWS is the
 * order: the event is stored before the change is committed and handled before the caller gets its
 * answer, so no crash can lose it and the caller never sees an old derivative.
 */

export type PurgeQueue = {
  /** Stores the event of a change that is about to happen. It survives a crash once this resolves. */
  readonly beforeChange: (change: ObjectChange) => Promise<void>;
  /** Purges after the change. Resolves when the first purge is done, or has failed and waits. */
  readonly afterChange: (change: ObjectChange) => Promise<void>;
  /** Purges what an earlier process left to do. Call it when S3 answers. */
  readonly resume: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type PurgeQueueOptions = {
  readonly folder: string;
  readonly stores: PurgeStores;
  readonly buckets: PurgeWork['buckets'];
  readonly sourceOf: PurgeWork['sourceOf'];
  readonly log: (line: string) => void;
};

/** As long as a second purge waits. The deployed queue waits seven minutes. */
const retrySeconds = 60;

/**
 * The event of a change that the deployed buckets report: every source, and requests to purge. The owners of other
 * buckets send the events of these.
 */
function eventOf(change: ObjectChange, buckets: PurgeWork['buckets']): string | undefined {
  const { bucket, key, kind } = change;
  if (bucket === buckets.sources) return eventMessage(change);
  const isRequest = kind === 'created' && purgeRequestKey(key) !== undefined;
  if (bucket === buckets.config) return isRequest ? eventMessage(change) : undefined;
  const entry = Object.values(buckets.elsewhere).find((one) => one.bucket === bucket);
  if (entry === undefined) return undefined;
  const { account = localAccount, region } = entry;
  return bridgeMessage(change, { account, region });
}

/** Stored events by object, until the change is made. One that fails leaves its event to the next. */
function createPending() {
  const events = new Map<string, readonly QueuedMessage[]>();
  const nameOf = ({ bucket, key }: ObjectChange): string => `${bucket}/${key}`;
  return {
    add: (change: ObjectChange, event: QueuedMessage): void => {
      events.set(nameOf(change), [...(events.get(nameOf(change)) ?? []), event]);
    },
    take: (change: ObjectChange): readonly QueuedMessage[] => {
      const taken = events.get(nameOf(change)) ?? [];
      events.delete(nameOf(change));
      return taken;
    },
  };
}

/** Opens the queue of a state folder. Nothing is purged before `resume` or the first change. */
export async function openPurgeQueue({
  folder,
  stores,
  buckets,
  sourceOf,
  log,
}: PurgeQueueOptions): Promise<PurgeQueue> {
  const work: PurgeWork = {
    ...stores,
    buckets,
    sourceOf,
    // No `isFirst`: the local buckets keep no versions, so every stored source counts as replaced.
    later: (body, seconds) => queue.send(body, seconds),
    onFailure: log,
    onInvalidated: (tenant, paths) => log(printInvalidationLine(tenant, paths, systemClock())),
  };
  const handle = (messages: readonly QueuedMessage[]) => handlePurgeMessages(work, messages);
  const queue = await openMessageQueue({ folder, handle, retrySeconds, log });
  const pending = createPending();
  return {
    beforeChange: async (change) => {
      const event = eventOf(change, buckets);
      if (event !== undefined) pending.add(change, await queue.hold(event));
    },
    afterChange: async (change) => {
      const events = pending.take(change);
      if (events.length > 0) await queue.deliver(events);
    },
    resume: queue.resume,
    close: queue.close,
  };
}
