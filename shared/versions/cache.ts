import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';
import { type Policy, readPolicy } from '../policy/policy.ts';
import { type Clock, type Crypto, type ObjectStore, PortFailure, type Random } from '../ports.ts';
import { type Freshness, type Refreshing, refreshing } from '../refreshing.ts';
import { decodeRecord, type PolicyBucket, policyKey } from './bucket.ts';
import { findLive, type Link, replacedBy } from './live.ts';
import { verifyRecord } from './record.ts';

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

/** At the maximum of 64 KB per policy, a quarter of the viewer function's memory. */
const heldPolicies = 200;

/** A published policy and its place in the chain. The policy is undefined if the tenant was deleted. */
export type Versioned = Link & { readonly policy: Policy | undefined };

/** Reads an object as a tenant's policy. Throws a one-line error for a forged object. */
export type OpenPolicy = (tenant: string, text: string) => Promise<Versioned>;

type Stored = {
  readonly policy: Policy | undefined;
  readonly version: number;
  readonly etag: string | undefined;
};

export type Policies = {
  /** The tenant's policy. Undefined for an unknown tenant. Throws `unavailable`. */
  readonly of: (tenant: string, maxAge?: number) => Promise<Policy | undefined>;
};

export type PoliciesOptions = {
  readonly config: ObjectStore;
  readonly open: OpenPolicy;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

/** Accepts only what a publisher signed for this tenant. */
export function signedPolicies(crypto: Crypto, publishers: PolicyBucket['publishers']): OpenPolicy {
  return async (tenant, text) => {
    const record = await verifyRecord(await publishers(), text).catch((thrown: Error) => {
      throw new Error(`policy ${tenant} is unusable: ${thrown.message}`);
    });
    const { version, previous, policy: written } = record;
    const policy = written === null ? undefined : readPolicy(tenant, JSON.stringify(written));
    return { policy, version, previous, hash: crypto.sha256Hex(text) };
  };
}

/** A version older than one seen before is a replay, even if its signature is valid. */
function checkVersion(tenant: string, version: number, held: Stored | undefined): void {
  if (held?.policy !== undefined && version < held.version)
    throw new Error(`policy ${tenant} is version ${version}, and ${held.version} was seen before`);
}

/** The live policy, from the text of the live object. Throws an error if it is forged or replaced. */
async function openLive({ config, open }: PoliciesOptions, tenant: string, text: string) {
  const live = await open(tenant, text);
  // A deletion removes the object, so a record of one was put here by someone else.
  if (live.policy === undefined) throw new Error(`policy ${tenant} is unusable: it is a deletion`);
  const found = await findLive(config, tenant, live, (next) => open(tenant, next));
  if (found === 'replaced') throw new Error(replacedBy(tenant, live.version));
  return found;
}

async function load(options: PoliciesOptions, tenant: string, held?: Stored): Promise<Stored> {
  const condition = held?.etag === undefined ? {} : { unlessEtag: held.etag };
  const asked = { maxBytes: limits.recordBytes, ...condition };
  const read = await options.config.get(policyKey(tenant), asked);
  if (read === 'missing') return { policy: undefined, version: 0, etag: undefined };
  if (read === 'unchanged' && held !== undefined) return held;
  if (typeof read === 'string') throw new PortFailure(`policy ${tenant} is ${read}`);
  const { policy, version } = await openLive(options, tenant, decodeRecord(read.body));
  checkVersion(tenant, version, held);
  return { policy, version, etag: read.etag };
}

/** Policies by tenant: fetched once, refreshed, and dropped when the cache is full. */
export function policyStore(options: PoliciesOptions): Policies {
  const { freshness } = options;
  const cells = new LRUCache<string, Refreshing<Stored>>({ max: heldPolicies });
  const cell = (tenant: string): Refreshing<Stored> =>
    refreshing({
      ...options,
      load: (held) => load(options, tenant, held),
      freshness: ({ policy }) => (policy === undefined ? unknownFreshness(freshness) : freshness),
    });
  return {
    of: async (tenant, maxAge) => {
      const held = cells.get(tenant) ?? cell(tenant);
      cells.set(tenant, held);
      return (await held.read(maxAge)).policy;
    },
  };
}
