import { gate } from '../../edge/gate.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import { publicHalf } from '../../shared/keys/publisher.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import type { ObjectReader } from '../../shared/ports.ts';
import { mint } from '../../shared/request/mint.ts';
import { encodeRecord } from '../../shared/versions/bucket.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { newPublisher, newRoots, signStarterPolicy, tenantName } from './starter-tenants.ts';
import { zipfTenants } from './zipf.ts';

/* The CPU time of decisions over few and many tenants. Reads take no time, so what is measured is the code. */

/** Times in microseconds: medians. */
export type DecisionTimes = {
  /** Of decisions with a policy that was compiled. */
  readonly compiled: number;
  /** Of decisions that compiled a policy from its text in memory; undefined if none did. */
  readonly unpacked: number | undefined;
  /** Of decisions that read a policy; undefined if none did. */
  readonly read: number | undefined;
  readonly unpackedShare: number;
  /** The share of decisions that read a policy. */
  readonly readShare: number;
};

const median = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[values.length >> 1];

function startContainer() {
  const publisher = newPublisher();
  const keyring = rootKeyring(nodeCrypto, newRoots(publisher));
  let [reads, unpacked] = [0, 0];
  const packer = nodePacker(typicalPolicy);
  const config: ObjectReader = {
    get: async (key) => {
      const [, tenant] = /^policies\/(.+)\.jws$/.exec(key) ?? [];
      if (tenant === undefined) return 'missing';
      reads += 1;
      const body = encodeRecord(await signStarterPolicy(publisher, tenant));
      return { body, etag: `"${tenant}"`, metadata: {} };
    },
  };
  const publishers = async () => [publicHalf(publisher)];
  const clock = () => Date.parse('2030-01-01T00:00:00Z');
  const policies = policyStore({
    config,
    open: signedPolicies(nodeCrypto, publishers),
    publishers,
    packer: {
      pack: packer.pack,
      unpack: (packed) => {
        unpacked += 1;
        return packer.unpack(packed);
      },
    },
    freshness: policyFreshness,
    clock,
    random: () => 0,
    onFailure: (reason) => {
      throw new Error(reason);
    },
  });
  const now = () => clock() / 1_000;
  const deps = {
    crypto: nodeCrypto,
    now,
    hosts: {},
    keys: { read: async () => keyring },
    policies,
  };
  return { keyring, deps, counts: () => ({ reads, unpacked }) };
}

type Counts = { readonly reads: number; readonly unpacked: number };

function kindOf(before: Counts, after: Counts): 'compiled' | 'unpacked' | 'read' {
  if (after.reads > before.reads) return 'read';
  return after.unpacked > before.unpacked ? 'unpacked' : 'compiled';
}

/** Measures decisions of one container over so many tenants, drawn with Zipf's law. A tenth more goes before. */
export async function measureDecisions(tenants: number, decisions: number): Promise<DecisionTimes> {
  const { keyring, deps, counts } = startContainer();
  const next = zipfTenants(tenants);
  const times = { compiled: [] as number[], unpacked: [] as number[], read: [] as number[] };
  for (let at = -decisions / 10; at < decisions; at += 1) {
    const tenant = tenantName(next());
    const signer = { kid: 'r1.1', signingKey: keyring.signingKey(tenant, 'r1.1') ?? '' };
    const operations = ['resize,w_640', 'format,f_jpg'];
    const exp = deps.now() + 86_400;
    const url = mint(nodeCrypto, '', { tenant, path: `${at}.jpg`, operations, exp }, signer);
    const [uri = '', querystring = ''] = url.split('?');
    const before = counts();
    const started = performance.now();
    await gate({ method: 'GET', uri, querystring, accept: undefined }, deps);
    const time = (performance.now() - started) * 1_000;
    if (at >= 0) times[kindOf(before, counts())].push(time);
  }
  return {
    compiled: median(times.compiled) ?? Number.NaN,
    unpacked: median(times.unpacked),
    read: median(times.read),
    unpackedShare: times.unpacked.length / decisions,
    readShare: times.read.length / decisions,
  };
}
