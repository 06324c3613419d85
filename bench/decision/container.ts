import type { GateDeps } from '../../edge/gate.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import { type PublisherSecretKey, publicHalf } from '../../shared/keys/publisher.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import type { ObjectReader } from '../../shared/ports.ts';
import { rememberedReading } from '../../shared/request/remembered.ts';
import { encodeRecord } from '../../shared/versions/bucket.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { newPublisher, newRoots, signFirstVersion } from '../edge/starter-tenants.ts';

/** Policies in memory, each signed when it is read. Counts the reads. */
function signedBucket(publisher: PublisherSecretKey, policy: object, onRead: () => void) {
  const config: ObjectReader = {
    get: async (key) => {
      const [, tenant] = /^policies\/(.+)\.jws$/.exec(key) ?? [];
      if (tenant === undefined) return 'missing';
      onRead();
      const body = encodeRecord(await signFirstVersion(publisher, tenant, policy));
      return { body, etag: `"${tenant}"`, metadata: {} };
    },
  };
  return config;
}

/**
 * What decides in a container of viewer-request, with a clock that stands still. Every tenant has the same
 * policy, and reading it takes no time. `counts` says how many policies were read and unpacked.
 */
export function startDecisions(policy: object) {
  const publisher = newPublisher();
  const keyring = rootKeyring(nodeCrypto, newRoots(publisher));
  let [reads, unpacked] = [0, 0];
  const packer = nodePacker(typicalPolicy);
  const config = signedBucket(publisher, policy, () => {
    reads += 1;
  });
  const publishers = async () => [publicHalf(publisher)];
  const clock = () => Date.parse('2030-01-01T00:00:00Z');
  const unpack = (packed: string): string => {
    unpacked += 1;
    return packer.unpack(packed);
  };
  const policies = policyStore({
    config,
    open: signedPolicies(nodeCrypto, publishers),
    publishers,
    packer: { pack: packer.pack, unpack },
    freshness: policyFreshness,
    clock,
    random: () => 0,
    onFailure: (reason) => {
      throw new Error(reason);
    },
  });
  const now = () => clock() / 1_000;
  const keys = { read: async () => keyring };
  const reading = rememberedReading();
  const deps: GateDeps = { crypto: nodeCrypto, now, hosts: {}, keys, policies, reading };
  return { keyring, deps, counts: () => ({ reads, unpacked }) };
}
