import { type BoundedCache, boundedCache } from '../bounded-cache.ts';
import type { PublisherKey } from '../keys/publisher.ts';
import { compilePolicy, type OpenedPolicy, type Policy } from '../policy/policy.ts';
import type { ValidPolicy } from '../policy/schema.ts';
import type { Clock, ObjectReader, Packer, Random } from '../ports.ts';
import { type Dated, type Freshness, type Refreshing, refreshing } from '../refreshing.ts';
import { type LatestChanges, latestChanges } from './latest-changes.ts';
import { loadPolicy, type OpenPolicy } from './loading.ts';

/** A published policy is used everywhere within a minute. If S3 fails, it is kept for an hour. */
export const policyFreshness: Freshness = { fresh: 30, wait: 60, lastGood: 3_600 };
/** In seconds. An older policy is read again before a denial: a newer one may allow the request. */
export const staleSeconds = 2;
/** An unknown tenant is remembered for a minute at most. */
const unknownFreshness = (known: Freshness): Freshness => ({
  fresh: known.wait,
  wait: known.wait,
  lastGood: known.wait,
});

/**
 * What a function with 128 MB can hold. Of a starter policy the text takes some 450 bytes in memory and the
 * compiled form 25 KB, 25 times its text.
 */
export const policyCapacity = {
  /** Bytes of packed texts: more than 20,000 starter policies, or 1,000 of the largest ones that compress badly. */
  textBytes: 10_000_000,
  /** What one text takes besides its own bytes: its entry, its ETag and the name of the tenant. */
  textOverhead: 420,
  /** Compiled policies that are used often, and the bytes of their packed texts together. */
  compiled: 200,
  compiledBytes: 200_000,
  /** Compiled policies that were used once. They make room while V8 still counts them as young. */
  recent: 32,
  /** Policies with a state of their own. The others get one from their text when they are used. */
  cells: 100,
  /** Tenants whose newest version is remembered when all else of them is forgotten. */
  versions: 20_000,
};

export type PolicyCapacity = Readonly<Record<keyof typeof policyCapacity, number>>;

/**
 * A policy that the list of changes alone has confirmed for so long is read again in the background, one
 * at a time and with a pause, both in seconds. It finds a version that was published without an
 * announcement, by an older release.
 */
const confirmedAlone = { seconds: 900, pause: 6 };

/** A policy in memory. */
type HeldPolicy = {
  /** The document, packed; undefined for an unknown tenant. */
  readonly packed: string | undefined;
  readonly version: number;
  readonly etag: string | undefined;
  /** When its own read began. */
  readonly readAt: number;
  /** The newest change that the function knew before that read; undefined if it had no list. */
  readonly knownChange: number | undefined;
};

export type Policies = {
  /** The tenant's policy. Undefined for an unknown tenant. Throws `unavailable`. */
  readonly of: (tenant: string, maxAge?: number) => Promise<Policy | undefined>;
  /** Reads the list of changes, so that the first request need not wait for it. Never rejects. */
  readonly prepare: () => Promise<void>;
};

export type PoliciesOptions = {
  readonly config: ObjectReader;
  readonly open: OpenPolicy;
  /** The keys that sign the list of changes. */
  readonly publishers: () => Promise<readonly PublisherKey[]>;
  readonly packer: Packer;
  /** What to hold at most, instead of what fits into a function. */
  readonly capacity?: PolicyCapacity;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

const capacityOf = ({ capacity = policyCapacity }: PoliciesOptions): PolicyCapacity => capacity;

/**
 * When the list of changes last confirmed a policy, in milliseconds. `outdated` if it names a newer
 * version. Undefined if it says nothing: it is not believed, it goes back less far than the read of the
 * policy, or that read is as new as the list.
 */
function findConfirmation(
  tenant: string,
  { value: { packed, version, knownChange }, at }: Dated<HeldPolicy>,
  latest: Dated<LatestChanges> | undefined,
): number | 'outdated' | undefined {
  const list = latest?.value.list;
  if (list === undefined || latest === undefined) return undefined;
  if ((list.versions.get(tenant) ?? 0) > version) return at < latest.at ? 'outdated' : undefined;
  // A policy may have been read after its change was announced and before its version was written. So the
  // change that the function knew at that time has to be in the list, too.
  const isCovered = knownChange !== undefined && knownChange > list.unlistedUntil;
  return isCovered && packed !== undefined ? latest.at : undefined;
}

type CompiledPolicy = { readonly packed: string; readonly policy: Policy };

/**
 * Compiled policies. One that is used twice in a short time is kept; the others make room soon. So
 * requests for many tenants in turn neither empty the cache nor fill the heap with what ages in it.
 */
function compiledPolicies(packer: Packer, capacity: PolicyCapacity) {
  const recent = boundedCache<CompiledPolicy>(capacity.recent);
  const frequent = boundedCache<CompiledPolicy>(capacity.compiledBytes, ({ packed }) =>
    // Packed texts of similar policies are as different in size as their compiled forms.
    Math.max(packed.length, capacity.compiledBytes / capacity.compiled),
  );

  function compile(tenant: string, packed: string): CompiledPolicy {
    // Validated before it was packed.
    const policy = compilePolicy(JSON.parse(packer.unpack(packed)) as ValidPolicy);
    const made = { packed, policy };
    recent.set(tenant, made);
    return made;
  }

  return {
    keep: (tenant: string, { document, policy }: OpenedPolicy): string => {
      const packed = packer.pack(JSON.stringify(document));
      recent.set(tenant, { packed, policy });
      return packed;
    },
    get: (tenant: string, packed: string): Policy => {
      const kept = frequent.get(tenant);
      if (kept?.packed === packed) return kept.policy;
      const ready = recent.get(tenant);
      if (ready?.packed !== packed) return compile(tenant, packed).policy;
      frequent.set(tenant, ready);
      return ready.policy;
    },
  };
}

/** Texts of policies by tenant, bounded by bytes. */
const policyTexts = ({ textBytes, textOverhead }: PolicyCapacity): BoundedCache<HeldPolicy> =>
  boundedCache(textBytes, ({ packed = '' }) => packed.length + textOverhead);

/** A version older than one seen before is a replay, even if its signature is valid. */
function checkVersion(tenant: string, version: number, newest: number): void {
  if (version > 0 && version < newest)
    throw new Error(`policy ${tenant} is version ${version}, and ${newest} was seen before`);
}

/** Reads a policy for the cache, and remembers the newest version that was seen of each tenant. */
function policyLoader(
  options: PoliciesOptions,
  changes: Refreshing<LatestChanges>,
  keep: (tenant: string, opened: OpenedPolicy) => string,
) {
  const seen = boundedCache<number>(capacityOf(options).versions);
  return async (tenant: string, held: HeldPolicy | undefined): Promise<HeldPolicy> => {
    const list = changes.held()?.value.list;
    const begun = { readAt: options.clock(), knownChange: list?.sequence };
    const newest = seen.get(tenant) ?? 0;
    const version = Math.max(newest, list?.versions.get(tenant) ?? 0);
    const loaded = await loadPolicy(options, tenant, { held, version });
    if (loaded === 'unchanged' && held !== undefined) return { ...held, ...begun };
    if (loaded === 'unchanged') throw new Error(`policy ${tenant} is not held`);
    checkVersion(tenant, loaded.version, newest);
    if (loaded.version > 0) seen.set(tenant, loaded.version);
    const packed = loaded.opened && keep(tenant, loaded.opened);
    return { packed, version: loaded.version, etag: loaded.etag, ...begun };
  };
}

type Load = ReturnType<typeof policyLoader>;

/** Keeps one policy fresh, and its text in memory. */
function policyCell(
  options: PoliciesOptions,
  texts: BoundedCache<HeldPolicy>,
  load: Load,
  tenant: string,
): Refreshing<HeldPolicy> {
  const { freshness } = options;
  const kept = texts.get(tenant);
  return refreshing<HeldPolicy>({
    ...options,
    initial: kept && { value: kept, at: kept.readAt },
    load: async (held) => {
      const loaded = await load(tenant, held);
      if (loaded.packed === undefined) texts.delete(tenant);
      else texts.set(tenant, loaded);
      return loaded;
    },
    freshness: ({ packed }) => (packed === undefined ? unknownFreshness(freshness) : freshness),
  });
}

/** Reads a policy again, in the background, that nothing but the list has confirmed for a long time. */
function backgroundReader(clock: Clock) {
  let readAt = Number.NEGATIVE_INFINITY;
  return (cell: Refreshing<HeldPolicy>, held: HeldPolicy): void => {
    const now = clock();
    const isDue = now - held.readAt >= confirmedAlone.seconds * 1_000;
    if (!isDue || now - readAt < confirmedAlone.pause * 1_000) return;
    readAt = now;
    // The cell has reported the failure.
    cell.read(0).catch(() => undefined);
  };
}

/** Up to this age no refresh begins, whatever the jitter. In milliseconds. */
const settledFor = ({ fresh }: Freshness): number => fresh * 800;

/** Reads policies that the list of changes may confirm. */
function confirmedReader(
  { clock, freshness }: PoliciesOptions,
  changes: Refreshing<LatestChanges>,
) {
  const readAgain = backgroundReader(clock);
  /** Returns a policy that the list confirms, or reads it. Waits for the list if the policy is not fresh. */
  return async (
    tenant: string,
    cell: Refreshing<HeldPolicy>,
    maxAge = Number.POSITIVE_INFINITY,
  ): Promise<HeldPolicy> => {
    const asked = changes.read();
    const before = cell.held();
    if (before === undefined) return cell.read();
    if (clock() - before.at >= settledFor(freshness)) await asked;
    const own = cell.held() ?? before;
    const confirmed = findConfirmation(tenant, own, changes.held());
    if (confirmed === 'outdated') return cell.read(0);
    if (confirmed === undefined) return cell.read(maxAge);
    cell.confirm(confirmed);
    const age = (clock() - Math.max(own.at, confirmed)) / 1_000;
    if (age >= Math.min(freshness.wait, maxAge)) return cell.read(maxAge);
    readAgain(cell, own.value);
    return own.value;
  };
}

/**
 * Policies by tenant. The list of changes confirms all of them at once; a policy is read when it is
 * first used, when the list names a newer version, and by itself if the list says nothing about it.
 * Everything is bounded, and what was used longest ago is dropped first.
 */
export function policyStore(options: PoliciesOptions): Policies {
  const { freshness, clock } = options;
  const changes = latestChanges(options);
  const capacity = capacityOf(options);
  const compiled = compiledPolicies(options.packer, capacity);
  const texts = policyTexts(capacity);
  const cells = boundedCache<Refreshing<HeldPolicy>>(capacity.cells);
  const load = policyLoader(options, changes, compiled.keep);
  const readConfirmed = confirmedReader(options, changes);
  // If every request reads its policy, the list would only be a second read.
  const hasList = freshness.wait > 0;
  const settledMs = settledFor(freshness);

  function openCell(tenant: string): Refreshing<HeldPolicy> {
    const cell = policyCell(options, texts, load, tenant);
    cells.set(tenant, cell);
    return cell;
  }

  return {
    of: async (tenant, maxAge) => {
      const cell = cells.get(tenant) ?? openCell(tenant);
      const own = cell.held();
      const listAt = changes.held()?.at ?? Number.POSITIVE_INFINITY;
      const isSettled = own && own.at >= listAt && clock() - own.at < settledMs;
      const held = await (isSettled || !hasList
        ? cell.read(maxAge)
        : readConfirmed(tenant, cell, maxAge));
      return held.packed === undefined ? undefined : compiled.get(tenant, held.packed);
    },
    prepare: async () => {
      if (hasList) await changes.read();
    },
  };
}
