import type { PublisherKey } from '../keys/publisher.ts';
import { limits } from '../limits.ts';
import type { Clock, ObjectReader, Random } from '../ports.ts';
import { type Freshness, type Refreshing, refreshing } from '../refreshing.ts';
import { reasonOf } from '../refusal.ts';
import { decodeRecord } from './bucket.ts';
import { type Changes, changeKey, changesKey, unlistedUntil, verifyChanges } from './changes.ts';

/*
 * The list of changes as functions use it. One read of it confirms every policy that they hold. A list
 * that they do not believe confirms nothing, and each policy is confirmed by a read of its own.
 */

/** A list that functions believe. */
export type ChangeList = Pick<Changes, 'sequence'> & {
  readonly etag: string;
  /** Changes up to this number may be missing from the list. */
  readonly unlistedUntil: number;
  /** The newest version that was announced, by tenant. */
  readonly versions: ReadonlyMap<string, number>;
};

/** The list, if there is one to believe, and the newest list that was ever believed. */
export type LatestChanges = {
  readonly list: ChangeList | undefined;
  readonly newest: ChangeList | undefined;
  /** Whether it is worth asking again soon: a publisher may be about to write the list. */
  readonly soon?: true;
};

export type LatestChangesOptions = {
  readonly config: ObjectReader;
  readonly publishers: () => Promise<readonly PublisherKey[]>;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

/** In seconds. A publisher needs less time between the record of a change and the list. */
const soonSeconds = 2;

/** Why a list is not believed. `isSoon` if the next read may find another one. */
class ListDoubted extends Error {
  override readonly name = 'ListDoubted';
  readonly isSoon: boolean;
  constructor(message: string, isSoon = false) {
    super(message);
    this.isSoon = isSoon;
  }
}

/** Whether the trail has a change of this number. A list that lacks it may be an older one, put back. */
async function hasChange({ config }: LatestChangesOptions, sequence: number): Promise<boolean> {
  return (await config.get(changeKey(sequence), { maxBytes: limits.recordBytes })) !== 'missing';
}

function checkSequence(list: ChangeList, newest: ChangeList | undefined): void {
  if (newest === undefined || list.sequence > newest.sequence || list.etag === newest.etag) return;
  throw new ListDoubted(
    `${changesKey} ends with change ${list.sequence}, and ${newest.sequence} was seen before`,
  );
}

function indexChanges(changes: Changes, etag: string): ChangeList {
  const versions = new Map<string, number>();
  for (const [tenant, version] of changes.changes)
    versions.set(tenant, Math.max(version, versions.get(tenant) ?? 0));
  return {
    sequence: changes.sequence,
    unlistedUntil: unlistedUntil(changes),
    versions,
    etag,
  };
}

/** Reads the list. Undefined if there is none. Throws if it cannot be believed. */
async function readList(
  options: LatestChangesOptions,
  newest: ChangeList | undefined,
): Promise<ChangeList | undefined> {
  const condition = newest === undefined ? {} : { unlessEtag: newest.etag };
  const asked = { maxBytes: limits.recordBytes, ...condition };
  const read = await options.config.get(changesKey, asked);
  if (read === 'missing') return undefined;
  if (read === 'unchanged') return newest;
  if (typeof read === 'string') throw new ListDoubted(`${changesKey} is ${read}`);
  const publishers = await options.publishers();
  try {
    const changes = await verifyChanges(publishers, decodeRecord(read.body));
    return indexChanges(changes, read.etag);
  } catch (thrown) {
    throw new ListDoubted(`${changesKey} is unusable: ${reasonOf(thrown)}`);
  }
}

/** Reads the list and asks the trail for the change that would follow it. Both at once, if it can. */
async function readBelieved(
  options: LatestChangesOptions,
  newest: ChangeList | undefined,
): Promise<ChangeList | undefined> {
  const expected = newest && newest.sequence + 1;
  const [list, isExpectedThere] = await Promise.all([
    readList(options, newest),
    expected === undefined ? false : hasChange(options, expected),
  ]);
  if (list === undefined) return undefined;
  checkSequence(list, newest);
  const follows =
    list.sequence + 1 === expected ? isExpectedThere : await hasChange(options, list.sequence + 1);
  if (follows)
    throw new ListDoubted(
      `${changesKey} ends with change ${list.sequence}, and the trail has the one that follows`,
      true,
    );
  return list;
}

/** Reports a reason once, until the list is believed again. */
function reporter(onFailure: (reason: string) => void) {
  let reported: string | undefined;
  return {
    forget: (): void => {
      reported = undefined;
    },
    report: (reason: string): void => {
      if (reason !== reported) onFailure(reason);
      reported = reason;
    },
  };
}

/**
 * Keeps the list of changes fresh. Reading it never fails: a list that cannot be read or believed
 * confirms nothing. `onFailure` gets each reason once, until the list is believed again.
 */
export function latestChanges(options: LatestChangesOptions): Refreshing<LatestChanges> {
  const { freshness } = options;
  const { forget, report } = reporter(options.onFailure);

  /** What holds while there is no list to believe. */
  function doubt(thrown: unknown, previous: LatestChanges | undefined): LatestChanges {
    const isDoubted = thrown instanceof ListDoubted;
    const isSoon = !isDoubted || thrown.isSoon;
    // A publisher may be between its two writes. At the second look it is not.
    const isFirstLook = isDoubted && isSoon && previous?.soon === undefined;
    if (!isFirstLook) report(reasonOf(thrown));
    return { list: undefined, newest: previous?.newest, ...(isSoon ? { soon: true } : {}) };
  }

  async function load(previous: LatestChanges | undefined): Promise<LatestChanges> {
    try {
      const list = await readBelieved(options, previous?.newest);
      if (list !== undefined) forget();
      return { list, newest: list ?? previous?.newest };
    } catch (thrown) {
      return doubt(thrown, previous);
    }
  }

  return refreshing<LatestChanges>({
    ...options,
    load,
    freshness: ({ soon }) => (soon ? { ...freshness, fresh: soonSeconds } : freshness),
  });
}
