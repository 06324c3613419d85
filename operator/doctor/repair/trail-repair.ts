import { auditKey, policyKey, type StoredRecord } from '../../../shared/versions/bucket.ts';
import type { StoredVersion, TrailState } from './trail-state.ts';

/*
 * What puts a tenant's trail and live policy in order again, from what publishers have signed and nothing else. The
 * last version that verifies is live afterwards.
 */

/** `set_aside`: the object is kept under another key. `write`: the key gets a text that a publisher has signed. */
export type RepairStep =
  | { readonly kind: 'set_aside'; readonly key: string; readonly why: string }
  | {
      readonly kind: 'write';
      readonly key: string;
      readonly text: string;
      readonly version: number;
      readonly from: 'trail' | 'live' | 'backup';
    };

export type TrailRepair = {
  readonly tenant: string;
  readonly steps: readonly RepairStep[];
  /** The keys of versions that nothing here restores. */
  readonly lost: readonly string[];
  /** The last version that verifies; undefined if there is none. */
  readonly last: number | undefined;
  /** Whether that version deleted the tenant. */
  readonly deleted: boolean;
  /** Set if the keys verify nothing that is stored, so that they may be the wrong ones. */
  readonly areKeysDoubtful?: true;
};

type Found = { readonly stored: StoredRecord; readonly from: 'trail' | 'live' | 'backup' };

const storedIn = (version: StoredVersion | undefined): StoredRecord | undefined =>
  version !== undefined && 'stored' in version ? version.stored : undefined;

/** The signed texts that a version can be restored from, best first. */
function candidates(state: TrailState, backup: TrailState | undefined, version: number): Found[] {
  const own = storedIn(state.entries.get(version));
  const live = storedIn(state.live);
  const kept = [storedIn(backup?.entries.get(version)), storedIn(backup?.live)];
  return [
    ...(own === undefined ? [] : [{ stored: own, from: 'trail' } as const]),
    ...(live === undefined ? [] : [{ stored: live, from: 'live' } as const]),
    ...kept.flatMap((one) => (one === undefined ? [] : [{ stored: one, from: 'backup' } as const])),
  ].filter(({ stored }) => stored.record.version === version);
}

/** The versions of the chain, from the last one down. Each must be the one that the next one follows. */
function findChain(
  state: TrailState,
  backup: TrailState | undefined,
  newest: number,
): ReadonlyMap<number, Found> {
  const chain = new Map<number, Found>();
  for (let version = newest; version >= 1; version -= 1) {
    const next = chain.get(version + 1)?.stored.record;
    const before = candidates(state, undefined, version - 1);
    const found = candidates(state, backup, version).find(({ stored }) =>
      next === undefined
        ? // A copy of a version that follows another one is none of this chain.
          chain.size > 0 ||
          before.length === 0 ||
          before.some((one) => one.stored.hash === stored.record.previous)
        : stored.hash === next.previous,
    );
    if (found !== undefined) chain.set(version, found);
  }
  return chain;
}

const setAside = (object: StoredVersion | undefined, why: string): readonly RepairStep[] =>
  object === undefined ? [] : [{ kind: 'set_aside', key: object.key, why }];

/** What is wrong with an object that is not the version of its key. */
const faultOf = (object: StoredVersion, version: number): string =>
  'fault' in object ? object.fault : `it does not follow version ${version - 1}`;

/** Steps for the trail, newest first: what is behind the last version goes, and what can be restored is written. */
function repairEntries(
  { entries, tenant }: TrailState,
  chain: ReadonlyMap<number, Found>,
  last: number,
): readonly RepairStep[] {
  const beyond = [...entries].filter(([version]) => version > last);
  const restored = [...chain].filter(([, { from }]) => from !== 'trail');
  return [
    ...beyond.flatMap(([version, entry]) => setAside(entry, faultOf(entry, version))),
    ...restored.flatMap(([version, { from, stored }]) => {
      const entry = entries.get(version);
      return [
        ...(entry === undefined ? [] : setAside(entry, faultOf(entry, version))),
        {
          kind: 'write',
          key: auditKey(tenant, version),
          text: stored.text,
          version,
          from,
        } as const,
      ];
    }),
  ];
}

/** Steps for the live object, which has the text of the last version, or does not exist after a deletion. */
function repairLive(
  { live, tenant }: TrailState,
  { stored: { record, text } }: Found,
): readonly RepairStep[] {
  const isDeleted = record.policy === null;
  if (isDeleted ? live === undefined : storedIn(live)?.text === text) return [];
  const older = storedIn(live)?.record.version;
  const fault = live !== undefined && 'fault' in live ? live.fault : `it is version ${older}`;
  const { version } = record;
  const write = { kind: 'write', key: policyKey(tenant), text, version, from: 'trail' } as const;
  return [...setAside(live, fault), ...(isDeleted ? [] : [write])];
}

/** The versions up to the last one that are not in the chain. */
const lostKeys = (tenant: string, chain: ReadonlyMap<number, Found>, last: number) =>
  Array.from({ length: last }, (_, at) => at + 1)
    .filter((version) => !chain.has(version))
    .map((version) => auditKey(tenant, version));

export type RepairOptions = {
  /** The same tenant in a copy. */
  readonly backup?: TrailState | undefined;
  /** Whether the keys verify anything that is stored. Otherwise nothing is taken for junk only because they do not verify it. */
  readonly areKeysKnown: boolean;
};

/** Of a tenant that has no version that verifies: nothing is restored, and junk goes if there was never more. */
function repairUnknown({ entries, live, tenant }: TrailState, areKeysKnown: boolean): TrailRepair {
  const objects = [...entries.values(), ...(live === undefined ? [] : [live])];
  const isJunk = areKeysKnown && live === undefined;
  const steps = isJunk ? [...entries].flatMap(([at, one]) => setAside(one, faultOf(one, at))) : [];
  const lost = isJunk ? [] : objects.map(({ key }) => key);
  const doubt = areKeysKnown ? {} : ({ areKeysDoubtful: true } as const);
  return { tenant, steps, lost, last: undefined, deleted: false, ...doubt };
}

/** The number of the newest version that verifies; 0 without one. */
function findNewest(states: readonly TrailState[]): number {
  const all = states.flatMap(({ entries, live }) => [...entries.values(), live]);
  return Math.max(0, ...all.map((one) => storedIn(one)?.record.version ?? 0));
}

/** Plans the repair of a tenant. Nothing is signed: every text that is written exists already. */
export function planTrailRepair(
  state: TrailState,
  { backup, areKeysKnown }: RepairOptions,
): TrailRepair {
  const newest = findNewest(backup === undefined ? [state] : [state, backup]);
  const chain = findChain(state, backup, newest);
  const last = Math.max(0, ...chain.keys());
  const found = chain.get(last);
  if (found === undefined) return repairUnknown(state, areKeysKnown);
  const steps = [...repairEntries(state, chain, last), ...repairLive(state, found)];
  const deleted = found.stored.record.policy === null;
  const { tenant } = state;
  return { tenant, steps, lost: lostKeys(tenant, chain, last), last, deleted };
}
