import {
  type PurgeStores,
  purgeSources,
  purgeTenant,
  type SourceName,
  secondPurgeSeconds,
  tenantPurgeSeconds,
} from '../shared/objects/purge.ts';
import { type ChosenSource, pathOfObject, possiblePaths } from '../shared/policy/source-place.ts';
import { reasonOf } from '../shared/refusal.ts';
import { sourceKey } from '../shared/url/path.ts';
import {
  againMessage,
  type EventBuckets,
  type ObjectEvent,
  type PurgeRequest,
  readPurgeMessage,
  tenantMessage,
} from './purge-events.ts';

/*
 * The work of the purge queue. A purge uses only the names of sources, so it does not matter in which order and how
 * often changes are reported.
 */

/** A message of the queue. Its id returns it to the queue. */
export type QueuedMessage = { readonly id: string; readonly body: string };

export type PurgeWork = PurgeStores & {
  readonly buckets: EventBuckets;
  /** Reads where the sources of a tenant are. */
  readonly sourceOf: (tenant: string) => Promise<ChosenSource | 'unreadable'>;
  /**
   * Whether an object of Signet's own bucket has only ever had its current version. Left out if that cannot be known.
   * If it throws, the source is purged.
   */
  readonly isFirst?: (key: string) => Promise<boolean>;
  /** Sends a message to the same queue, with a delay in seconds. */
  readonly later: (body: string, seconds: number) => Promise<void>;
  readonly onFailure: (reason: string) => void;
  /** Called after an invalidation, with the number of paths that it had of the tenant. */
  readonly onInvalidated: (tenant: string, paths: number) => void;
};

/** Derivatives of whole tenants that one batch deletes. A thousand take about half a second. */
const mostDerivatives = 40_000;

function distinctSources(named: readonly (readonly SourceName[])[]): readonly SourceName[] {
  return [...new Map(named.flat().map((source) => [sourceKey(source), source])).values()];
}

const distinctEvents = (events: readonly ObjectEvent[]): readonly ObjectEvent[] => [
  ...new Map(events.map((one) => [JSON.stringify(one), one])).values(),
];

/**
 * Whether no derivative can have been made from an earlier version of a source. Such a source needs no
 * purge: a refusal is cached for a minute at most, and two invalidations cost more than the rest of an
 * upload. Other buckets do not tell.
 */
async function isNew({ isFirst, onFailure }: PurgeWork, event: ObjectEvent): Promise<boolean> {
  if (!event.isStored || event.from !== undefined) return false;
  try {
    return (await isFirst?.(sourceKey({ tenant: event.tenant, path: event.rest }))) ?? false;
  } catch (thrown) {
    onFailure(`cannot tell whether a source is new, so it is purged: ${reasonOf(thrown)}`);
    return false;
  }
}

/** The sources that URLs of the tenant can name with an object. */
function sourcesNamed(
  event: ObjectEvent,
  source: ChosenSource | 'unreadable',
): readonly SourceName[] {
  const { tenant } = event;
  const path = source === 'unreadable' ? undefined : pathOfObject(source, event);
  if (path !== undefined) return [{ tenant, path }];
  return source === 'unreadable' ? possiblePaths(event).map((one) => ({ tenant, path: one })) : [];
}

/** The sources that changed, if derivatives can have been made from them. Each policy is read once. */
async function changedSources(
  work: PurgeWork,
  events: readonly ObjectEvent[],
): Promise<readonly SourceName[]> {
  const places = new Map<string, ChosenSource | 'unreadable'>();
  const changed: (readonly SourceName[])[] = [];
  for (const event of distinctEvents(events)) {
    const { tenant } = event;
    const place = places.get(tenant) ?? (await work.sourceOf(tenant));
    places.set(tenant, place);
    const sources = sourcesNamed(event, place);
    if (sources.length > 0 && !(await isNew(work, event))) changed.push(sources);
  }
  return distinctSources(changed);
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** Deletes and invalidates the derivatives of sources, and reports the invalidations of each tenant. */
async function purgeAndReport(work: PurgeWork, sources: readonly SourceName[]): Promise<void> {
  await purgeSources(work, sources);
  const tenants = sources.map(({ tenant }) => tenant);
  for (const tenant of distinct(tenants))
    work.onInvalidated(tenant, tenants.filter((one) => one === tenant).length);
}

/** Purges sources, and those of new requests again later, when renders in progress have ended. */
async function purgeNamed(work: PurgeWork, requests: readonly PurgeRequest[]): Promise<void> {
  const changed = await changedSources(
    work,
    requests.flatMap((one) => one.changed),
  );
  const named = (some: readonly PurgeRequest[]) =>
    distinctSources([...some.map(({ sources }) => sources), changed]);
  await purgeAndReport(work, named(requests));
  const first = named(requests.filter((one) => !one.again)).map(sourceKey);
  if (first.length > 0) await work.later(againMessage(first), secondPurgeSeconds);
}

/** Deletes the derivatives of whole tenants. What does not fit into one batch is left to a new message. */
async function purgeTenants(work: PurgeWork, requests: readonly PurgeRequest[]): Promise<void> {
  let left = mostDerivatives;
  for (const tenant of distinct(requests.flatMap((one) => one.tenants))) {
    const { removed, isDone } = await purgeTenant(work, tenant, left);
    left = Math.max(0, left - removed);
    if (isDone) work.onInvalidated(tenant, 1);
    else await work.later(tenantMessage(tenant), 0);
  }
  for (const tenant of distinct(requests.flatMap((one) => one.announced)))
    for (const seconds of tenantPurgeSeconds) await work.later(tenantMessage(tenant), seconds);
}

type Read = QueuedMessage & { readonly request: PurgeRequest };

function readAll(work: PurgeWork, messages: readonly QueuedMessage[]) {
  const read: Read[] = [];
  const failed: string[] = [];
  for (const one of messages) {
    try {
      read.push({ ...one, request: readPurgeMessage(one.body, work.buckets) });
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
  const requests = read.map(({ request }) => request);
  try {
    await purgeNamed(work, requests);
    await purgeTenants(work, requests);
    return failed;
  } catch (thrown) {
    work.onFailure(`the purge failed and is tried again: ${reasonOf(thrown)}`);
    return messages.map(({ id }) => id);
  }
}
