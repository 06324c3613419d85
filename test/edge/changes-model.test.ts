import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { publicHalf } from '../../shared/keys/publisher.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import { PortFailure } from '../../shared/ports.ts';
import { auditKey } from '../../shared/versions/bucket.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { changesKey } from '../../shared/versions/changes.ts';
import { PublishConflict } from '../../shared/versions/conflict.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { publisher, publishingTo } from '../shared/keys/publisher.ts';
import { keep, type MemoryStore, memoryStore } from '../shared/objects/memory-store.ts';

/*
 * Publishers that stop at any write, others that publish at the same time, instances that read between
 * the writes, and someone who loses, damages or puts back the list of changes. Whatever happens, sixty
 * seconds after a publish has returned no instance serves an older version.
 */

const tenants = ['acme', 'shop', 'rare'] as const;
type Tenant = (typeof tenants)[number];

type Step =
  | {
      readonly kind: 'publish';
      readonly tenant: Tenant;
      readonly stop: number;
      readonly done: boolean;
    }
  | { readonly kind: 'together'; readonly pair: readonly [Tenant, Tenant] }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'lose' | 'damage' | 'freeze' | 'thaw' }
  | { readonly kind: 'put back'; readonly age: number };

const tenant = fc.constantFrom(...tenants);
const step: fc.Arbitrary<Step> = fc.oneof(
  // A publish has five writes at most; with a stop at the ninth it is whole.
  fc.record({
    kind: fc.constant('publish' as const),
    tenant,
    stop: fc.constantFrom(1, 2, 3, 4, 9, 9, 9, 9),
    done: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('together' as const), pair: fc.tuple(tenant, tenant) }),
  fc.record({
    kind: fc.constant('pass' as const),
    seconds: fc.constantFrom(1, 5, 20, 31, 45, 61, 1_000),
  }),
  fc.record({ kind: fc.constantFrom('lose' as const, 'damage', 'freeze', 'thaw') }),
  fc.record({ kind: fc.constant('put back' as const), age: fc.nat(6) }),
);

/** The `cache.maxAge` of a version tells it from all others. */
function markOf(config: MemoryStore, name: string, version: number): number {
  const text = new TextDecoder().decode(config.objects.get(auditKey(name, version))?.body);
  const [, payload = ''] = text.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).policy.cache.maxAge;
}

function versionOf(config: MemoryStore, name: string, mark: number): number {
  let version = 1;
  while (markOf(config, name, version) !== mark) version += 1;
  return version;
}

function stand(instances: number) {
  const time = { now: 1_800_000_000_000 };
  const clock = (): number => time.now;
  const config = memoryStore();
  const publishers = async () => [publicHalf(publisher)];
  const fleet = Array.from({ length: instances }, (_, at) =>
    policyStore({
      config,
      open: signedPolicies(nodeCrypto, publishers),
      publishers,
      packer: nodePacker(typicalPolicy),
      freshness: policyFreshness,
      clock,
      random: () => at / instances,
      onFailure: () => undefined,
    }),
  );
  const returned: { readonly name: string; readonly version: number; readonly at: number }[] = [];
  const lists: Uint8Array[] = [];
  let frozen: Uint8Array | undefined;
  let mark = 0;

  async function serve(at: number, name: string): Promise<void> {
    const due = returned.filter((one) => one.name === name && one.at <= time.now - 60_000);
    const wanted = Math.max(0, ...due.map(({ version }) => version));
    const policy = await fleet[at]?.of(name);
    const served = policy === undefined ? 0 : versionOf(config, name, policy.cache.maxAge);
    expect({ name, at, served: Math.max(served, wanted) }).toEqual({ name, at, served });
  }

  async function serveAll(): Promise<void> {
    for (const name of tenants) await Promise.all(fleet.map((_, at) => serve(at, name)));
  }

  /** A bucket whose writes stop at one of them, and between whose writes an instance reads. */
  function stoppingAt(stop: number, takesEffect: boolean, name: string): MemoryStore {
    let writes = 0;
    const put: MemoryStore['put'] = async (...asked) => {
      writes += 1;
      await serve(writes % instances, name);
      if (writes > stop || (writes === stop && !takesEffect)) throw new PortFailure('put: away');
      const done = await config.put(...asked);
      if (asked[0] === changesKey) lists.push(asked[1]);
      await serve((writes + 1) % instances, name);
      if (writes === stop) throw new PortFailure('put: away');
      return done;
    };
    return { ...config, put };
  }

  async function publish(name: string, stop: number, takesEffect: boolean): Promise<void> {
    mark += 1;
    const document = { tenant: name, operations: {}, cache: { maxAge: mark } };
    const to = publishingTo(stoppingAt(stop, takesEffect, name), { clock });
    try {
      const { version } = await publishPolicy(to, document, { root: 'r1' });
      returned.push({ name, version, at: time.now });
    } catch (thrown) {
      if (!(thrown instanceof PortFailure) && !(thrown instanceof PublishConflict)) throw thrown;
    }
  }

  const replaceList = (body: Uint8Array | string): void => keep(config, changesKey, body);

  /** What someone with write access does to the list. */
  const tampering = {
    lose: () => void config.objects.delete(changesKey),
    damage: () => replaceList('x'),
    freeze: () => {
      frozen ??= config.objects.get(changesKey)?.body;
    },
    thaw: () => {
      frozen = undefined;
    },
  };

  async function run(one: Step): Promise<void> {
    switch (one.kind) {
      case 'publish':
        await publish(one.tenant, one.stop, one.done);
        break;
      case 'together':
        await Promise.all(one.pair.map((name) => publish(name, Number.POSITIVE_INFINITY, true)));
        break;
      case 'pass':
        time.now += one.seconds * 1_000;
        break;
      case 'put back':
        replaceList(lists.at(-1 - one.age) ?? 'x');
        break;
      default:
        tampering[one.kind]();
    }
    if (frozen !== undefined) replaceList(frozen);
  }

  return { time, run, serve, serveAll, publish, instances, config };
}

describe('after any history', () => {
  it('no instance serves an older version sixty seconds after a publish has returned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const { time, run, serve, serveAll, instances } = stand(4);
        for (const [at, one] of steps.entries()) {
          await run(one);
          // Not every instance is used all the time, and some tenants are asked for rarely.
          for (const name of tenants.slice(0, 2)) await serve(at % instances, name);
        }
        await serveAll();
        time.now += 60_000;
        await serveAll();
      }),
      { numRuns: 60 },
    );
  });

  const attacks: readonly (readonly [string, Step])[] = [
    ['lost', { kind: 'lose' }],
    ['damaged', { kind: 'damage' }],
    ['replaced by the first one', { kind: 'put back', age: 3 }],
    ['replaced by the one before', { kind: 'put back', age: 1 }],
    ['kept as it was by someone', { kind: 'freeze' }],
  ];

  it.each(attacks)(
    'a hundred warm instances follow while the list is %s',
    async (_what, attack) => {
      const { time, run, serveAll, publish } = stand(100);
      for (const name of [...tenants, 'shop']) await publish(name, 9, true);
      await serveAll();
      time.now += 31_000;
      await serveAll();
      await run(attack);
      await publish('acme', 9, true);
      await run(attack);
      for (let passed = 0; passed < 60; passed += 12) {
        time.now += 12_000;
        await serveAll();
      }
    },
  );
});
