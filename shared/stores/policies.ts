import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';
import { type Policy, readPolicy } from '../policy.ts';
import { type Clock, type ObjectStore, PortFailure, type Random } from '../ports.ts';
import { type Freshness, type Refreshing, refreshing } from './refreshing.ts';

/** A published policy holds everywhere within a minute; it outlives S3 by an hour. */
export const policyFreshness: Freshness = { fresh: 30, wait: 60, lastGood: 3_600 };
/** An unknown tenant is remembered for a minute, and never for longer than that. */
const unknownFreshness = (known: Freshness): Freshness => ({
  fresh: known.wait,
  wait: known.wait,
  lastGood: known.wait,
});

/** Worst case, at 64 KB a policy: a quarter of the viewer function's memory. */
const heldPolicies = 200;

type Stored = { readonly policy: Policy | undefined; readonly etag: string | undefined };

export type Policies = {
  /** The tenant's policy, or nothing for an unknown tenant. Throws `unavailable`. */
  readonly of: (tenant: string, maxAge?: number) => Promise<Policy | undefined>;
};

export type PoliciesOptions = {
  readonly config: ObjectStore;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

export const policyKey = (tenant: string): string => `policies/${tenant}.json`;
const decoder = new TextDecoder('utf-8', { fatal: true });

async function load(config: ObjectStore, tenant: string, held?: Stored): Promise<Stored> {
  const condition = held?.etag === undefined ? {} : { unlessEtag: held.etag };
  const read = await config.get(policyKey(tenant), { maxBytes: limits.policyBytes, ...condition });
  if (read === 'missing') return { policy: undefined, etag: undefined };
  if (read === 'unchanged' && held !== undefined) return held;
  if (typeof read === 'string') throw new PortFailure(`policy ${tenant} is ${read}`);
  return { policy: readPolicy(tenant, decoder.decode(read.body)), etag: read.etag };
}

/** Policies by tenant, each fetched once, kept fresh, and forgotten when others need the room. */
export function policyStore(options: PoliciesOptions): Policies {
  const { config, freshness } = options;
  const cells = new LRUCache<string, Refreshing<Stored>>({ max: heldPolicies });
  const cell = (tenant: string): Refreshing<Stored> =>
    refreshing({
      ...options,
      load: (held) => load(config, tenant, held),
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
