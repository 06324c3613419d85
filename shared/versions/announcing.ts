import type { PublisherSecretKey } from '../keys/publisher.ts';
import { limits } from '../limits.ts';
import { PortFailure } from '../ports.ts';
import { decodeRecord, encodeRecord, type PolicyBucket, recordOptions } from './bucket.ts';
import {
  type Change,
  type Changes,
  changeFolder,
  changeKey,
  changesKey,
  sequenceIn,
  signChange,
  signChanges,
  verifyChange,
  verifyChanges,
} from './changes.ts';
import { PublishConflict } from './conflict.ts';

/** A bucket, and the key that signs what is written to it. */
export type SigningBucket = PolicyBucket & {
  readonly publisher: () => Promise<PublisherSecretKey>;
};

/** Every change that was announced, from the list and the trail, and the state of the list. */
export type AnnouncedChanges = Changes & {
  /** Why functions do not use the list as it is: it is missing, unusable, or behind the trail. */
  readonly fault?: 'missing' | 'unusable' | 'behind';
  /** The changes in the list as it is stored. */
  readonly stored: Changes['changes'];
  readonly etag: string | undefined;
};

/** A list that is further behind was put back by someone. Publishers leave one change out at most. */
const mostBehind = 32;

/** Reads the record of a change. A record that no publisher signed occupies a number and says nothing. */
async function readChange(
  { config, publishers }: PolicyBucket,
  sequence: number,
): Promise<readonly Change[] | 'missing'> {
  const read = await config.get(changeKey(sequence), { maxBytes: limits.recordBytes });
  if (read === 'missing') return 'missing';
  if (typeof read === 'string') return [];
  try {
    const change = await verifyChange(await publishers(), decodeRecord(read.body));
    return change.sequence === sequence ? [[change.tenant, change.version]] : [];
  } catch {
    return [];
  }
}

/** The newest of some changes that a publisher signed; 0 if there is none. */
async function newestSigned(bucket: PolicyBucket, numbers: Iterable<number>): Promise<number> {
  for (const number of [...numbers].toSorted((a, b) => b - a)) {
    const found = await readChange(bucket, number);
    if (found !== 'missing' && found.length > 0) return number;
  }
  return 0;
}

/**
 * The newest number in the trail, with an empty list: all that functions hold has to be read again. Who can add
 * objects to the trail could use up the numbers, so one that no publisher signed counts only if it is in the way.
 */
async function restartList(bucket: PolicyBucket): Promise<Changes> {
  const numbers = new Set<number>();
  for await (const key of bucket.config.list(changeFolder)) numbers.add(sequenceIn(key) ?? 0);
  let sequence = await newestSigned(bucket, numbers);
  while (numbers.has(sequence + 1)) sequence += 1;
  return { sequence, changes: [] };
}

/** Adds the changes that the trail has and the list does not. */
async function followTrail(bucket: PolicyBucket, list: Changes): Promise<Changes> {
  const missed: Change[] = [];
  for (let ahead = 1; ahead <= mostBehind; ahead += 1) {
    const found = await readChange(bucket, list.sequence + ahead);
    if (found === 'missing')
      return { sequence: list.sequence + ahead - 1, changes: [...list.changes, ...missed] };
    missed.push(...found);
  }
  return restartList(bucket);
}

async function verifyOrUndefined({ publishers }: PolicyBucket, body: Uint8Array) {
  try {
    return await verifyChanges(await publishers(), decodeRecord(body));
  } catch {
    return undefined;
  }
}

/** Reads the list of changes, and what the trail adds to it. */
export async function readAnnounced(bucket: PolicyBucket): Promise<AnnouncedChanges> {
  const object = await bucket.config.get(changesKey, { maxBytes: Number.MAX_SAFE_INTEGER });
  if (object === 'missing')
    return { ...(await restartList(bucket)), fault: 'missing', stored: [], etag: undefined };
  if (typeof object === 'string') throw new PortFailure(`${changesKey} is ${object}`);
  const { etag } = object;
  const list = await verifyOrUndefined(bucket, object.body);
  if (list === undefined)
    return { ...(await restartList(bucket)), fault: 'unusable', stored: [], etag };
  const known = await followTrail(bucket, list);
  const found = { stored: list.changes, etag };
  return known.sequence === list.sequence
    ? { ...list, ...found }
    : { ...known, ...found, fault: 'behind' };
}

export const isListed = (
  { changes }: Pick<Changes, 'changes'>,
  tenant: string,
  version: number,
): boolean => changes.some(([name, announced]) => name === tenant && announced >= version);

/** Adds a change under the next number. `taken` if someone else has used the number. */
async function addChange(
  bucket: SigningBucket,
  { sequence, changes }: Changes,
  tenant: string,
  version: number,
): Promise<Changes | 'taken'> {
  const next = sequence + 1;
  const text = await signChange(await bucket.publisher(), { sequence: next, tenant, version });
  const put = await bucket.config.put(changeKey(next), encodeRecord(text), {
    ...recordOptions,
    only: 'absent',
  });
  return put === 'taken' ? put : { sequence: next, changes: [...changes, [tenant, version]] };
}

/** Replaces the list on the condition that nobody else has. */
async function putList(
  bucket: SigningBucket,
  list: Changes,
  etag: string | undefined,
): Promise<boolean> {
  const text = await signChanges(await bucket.publisher(), list);
  const only = etag === undefined ? 'absent' : { etag };
  const put = await bucket.config.put(changesKey, encodeRecord(text), { ...recordOptions, only });
  return put !== 'taken';
}

/** The last announcement of this process in each bucket. */
const announcements = new WeakMap<PolicyBucket['config'], Promise<void>>();

/** Announces one change after the other: those of one process would only take the numbers from each other. */
function takeTurn({ config }: PolicyBucket, announce: () => Promise<void>): Promise<void> {
  const before = announcements.get(config) ?? Promise.resolve();
  const mine = before.then(announce);
  announcements.set(
    config,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Each loss of a race means that another publisher has gone on, so this is enough for as many at once. */
const attempts = 100;

/** Adds a change to the list until it is as wanted. Throws `PublishConflict` if others keep writing at the same time. */
async function writeUntil(
  bucket: SigningBucket,
  [tenant, version]: Change,
  isDone: (announced: AnnouncedChanges) => boolean,
): Promise<void> {
  let isAdded = false;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const announced = await readAnnounced(bucket);
    if (isDone(announced)) return;
    const needsChange = !isAdded || !isListed(announced, tenant, version);
    const next = needsChange ? await addChange(bucket, announced, tenant, version) : announced;
    if (next === 'taken') continue;
    isAdded = true;
    if (await putList(bucket, next, announced.etag)) return;
  }
  throw new PublishConflict(
    `too many others publish at the same time, so version ${version} of ${tenant} was not announced; publish again`,
  );
}

/**
 * Announces a version in the list of changes: all functions read the tenant's policy again within a
 * minute. It also adds what an interrupted publisher has left in the trail. It writes nothing if the
 * version is in the list. Throws `PublishConflict` if others keep writing at the same time.
 */
export function announceVersion(
  bucket: SigningBucket,
  tenant: string,
  version: number,
): Promise<void> {
  const isInList = ({ stored }: AnnouncedChanges): boolean =>
    isListed({ changes: stored }, tenant, version);
  return takeTurn(bucket, () => writeUntil(bucket, [tenant, version], isInList));
}

/**
 * Repairs the list if functions cannot use it, or if it names an older version of the tenant only. The
 * repaired list has a new number: functions doubt another text under a number that they have seen.
 */
export async function repairChanges(
  bucket: SigningBucket,
  tenant: string,
  version: number,
): Promise<void> {
  const isRight = (announced: AnnouncedChanges): boolean => {
    const isNamed = announced.changes.some(([name]) => name === tenant);
    return announced.fault === undefined && (!isNamed || isListed(announced, tenant, version));
  };
  await takeTurn(bucket, () => writeUntil(bucket, [tenant, version], isRight));
}
