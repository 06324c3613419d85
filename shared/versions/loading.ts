import { limits } from '../limits.ts';
import type { OpenedPolicy } from '../policy/policy.ts';
import { openPolicy } from '../policy/policy.ts';
import { type Crypto, type ObjectReader, PortFailure } from '../ports.ts';
import { decodeRecord, type PolicyBucket, policyKey } from './bucket.ts';
import { findLive, type Link, readTrail, replacedBy } from './live.ts';
import { verifyRecord } from './record.ts';

/*
 * One read of a tenant's policy by a function: the live object, and the trail, which tells whether a
 * later version exists. If the version is known beforehand, both are read at once.
 */

/** A published policy and its place in the chain. `opened` is undefined if the tenant was deleted. */
export type Versioned = Link & { readonly opened: OpenedPolicy | undefined };

/** Reads an object as a tenant's policy. Throws a one-line error for a forged object. */
export type OpenPolicy = (tenant: string, text: string) => Promise<Versioned>;

/** Accepts only what a publisher signed for this tenant. */
export function signedPolicies(crypto: Crypto, publishers: PolicyBucket['publishers']): OpenPolicy {
  return async (tenant, text) => {
    const record = await verifyRecord(await publishers(), text).catch((thrown: Error) => {
      throw new Error(`policy ${tenant} is unusable: ${thrown.message}`);
    });
    const { version, previous, policy: written } = record;
    const opened = written === null ? undefined : openPolicy(tenant, JSON.stringify(written));
    return { opened, version, previous, hash: crypto.sha256Hex(text) };
  };
}

export type LoadingDeps = { readonly config: ObjectReader; readonly open: OpenPolicy };

/** What is known of a policy before it is read. */
export type Expectation = {
  /** The version and ETag in memory. */
  readonly held?: { readonly version: number; readonly etag: string | undefined } | undefined;
  /** The version that will probably be found; 0 if there is no idea. */
  readonly version: number;
};

/** A policy as it was read; `unchanged` if the one in memory is live. */
export type LoadedPolicy =
  | 'unchanged'
  | {
      readonly opened: OpenedPolicy | undefined;
      /** 0 for an unknown tenant. */
      readonly version: number;
      readonly etag: string | undefined;
    };

type ReadVersion = (version: number) => Promise<string | undefined>;

/** Reads versions of the trail, and begins with the one after the version that is expected. */
function readAhead({ config }: LoadingDeps, tenant: string, expected: number): ReadVersion {
  if (expected === 0) return (version) => readTrail(config, tenant, version);
  const ahead = readTrail(config, tenant, expected + 1);
  // Whether the result counts is only known when the policy was read.
  ahead.catch(() => undefined);
  return (version) => (version === expected + 1 ? ahead : readTrail(config, tenant, version));
}

/** The live policy, from the text of the live object. Throws an error if it is forged or replaced. */
async function openLive(
  { open }: LoadingDeps,
  tenant: string,
  text: string,
  readVersion: ReadVersion,
): Promise<Versioned> {
  const live = await open(tenant, text);
  // A deletion removes the object, so a record of one was put here by someone else.
  if (live.opened === undefined) throw new Error(`policy ${tenant} is unusable: it is a deletion`);
  const found = await findLive(live, readVersion, (next) => open(tenant, next));
  if (found === 'replaced') throw new Error(replacedBy(tenant, live.version));
  return found;
}

/** Reads the live policy of a tenant. Throws an error if it is forged, replaced or cannot be read. */
export async function loadPolicy(
  deps: LoadingDeps,
  tenant: string,
  { held, version: expected }: Expectation,
): Promise<LoadedPolicy> {
  const readVersion = readAhead(deps, tenant, expected);
  const condition = held?.etag === undefined ? {} : { unlessEtag: held.etag };
  const asked = { maxBytes: limits.recordBytes, ...condition };
  const read = await deps.config.get(policyKey(tenant), asked);
  if (read === 'missing') return { opened: undefined, version: 0, etag: undefined };
  if (read === 'unchanged' && held !== undefined) {
    const isLive = (await readVersion(held.version + 1)) === undefined;
    return isLive ? 'unchanged' : loadPolicy(deps, tenant, { version: expected });
  }
  if (typeof read === 'string') throw new PortFailure(`policy ${tenant} is ${read}`);
  const { opened, version } = await openLive(deps, tenant, decodeRecord(read.body), readVersion);
  return { opened, version, etag: read.etag };
}
