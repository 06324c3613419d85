import { gate } from '../../edge/gate.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { starterPolicy } from '../../shared/policy/starter.ts';
import { mint } from '../../shared/request/mint.ts';
import { startDecisions } from '../decision/container.ts';
import { median } from '../median.ts';
import { tenantName } from './starter-tenants.ts';
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

const medianOrNone = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : median(values);

type Counts = { readonly reads: number; readonly unpacked: number };

function kindOf(before: Counts, after: Counts): 'compiled' | 'unpacked' | 'read' {
  if (after.reads > before.reads) return 'read';
  return after.unpacked > before.unpacked ? 'unpacked' : 'compiled';
}

/** Measures decisions of one container over so many tenants, drawn with Zipf's law. A tenth more goes before. */
export async function measureDecisions(tenants: number, decisions: number): Promise<DecisionTimes> {
  const { keyring, deps, counts } = startDecisions(starterPolicy);
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
    compiled: median(times.compiled),
    unpacked: medianOrNone(times.unpacked),
    read: medianOrNone(times.read),
    unpackedShare: times.unpacked.length / decisions,
    readShare: times.read.length / decisions,
  };
}
