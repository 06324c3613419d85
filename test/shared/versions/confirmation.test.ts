import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { publicHalf } from '../../../shared/keys/publisher.ts';
import { announceVersion } from '../../../shared/versions/announcing.ts';
import { auditKey, policyKey } from '../../../shared/versions/bucket.ts';
import {
  type PolicyCapacity,
  policyCapacity,
  policyFreshness,
  policyStore,
} from '../../../shared/versions/cache.ts';
import {
  type Change,
  changeKey,
  changesKey,
  signChange,
  signChanges,
  verifyChanges,
} from '../../../shared/versions/changes.ts';
import { signedPolicies } from '../../../shared/versions/loading.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { handClock, settle as settleTurn } from '../hand-clock.ts';
import { publisher, publishingTo } from '../keys/publisher.ts';
import { keep, memoryStore } from '../objects/memory-store.ts';
import { awaited } from '../request/outcome.ts';
import { plainPolicies } from './plain-policies.ts';

/**
 * Lets the reads of the background end. Signatures are checked by other threads in turn, so a check that is
 * begun later ends no earlier. A read makes fewer than ten.
 */
async function settle(): Promise<void> {
  const text = await signChanges(publisher, { sequence: 1, changes: [['acme', 1]] });
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(
      Array.from({ length: 4 }, () => verifyChanges([publicHalf(publisher)], text)),
    );
    await settleTurn();
  }
}

function stand(capacity: PolicyCapacity = policyCapacity) {
  const { clock, pass } = handClock();
  const config = memoryStore();
  const failures: string[] = [];
  const publishers = async () => [publicHalf(publisher)];
  const policies = policyStore({
    ...plainPolicies,
    config,
    open: signedPolicies(nodeCrypto, publishers),
    publishers,
    freshness: policyFreshness,
    clock,
    random: () => 0,
    onFailure: (reason) => failures.push(reason),
    capacity,
  });
  const publish = (tenant: string, maxAge: number) =>
    publishPolicy(
      publishingTo(config, { clock }),
      { tenant, operations: {}, cache: { maxAge } },
      { root: 'r1' },
    );
  const view = async (tenant = 'acme', age?: number): Promise<number | undefined> =>
    (await policies.of(tenant, age))?.cache.maxAge;
  /** The reads that a view causes, of policies or of the list of changes. */
  const readsOf = async (tenant = 'acme'): Promise<readonly string[]> => {
    config.calls.splice(0);
    await policies.of(tenant);
    await settle();
    return config.calls.map((call) => call.replace(/^get /, ''));
  };
  return { config, failures, policies, pass, publish, start: policies.prepare, view, readsOf };
}

const own = (tenant: string, next: number): readonly string[] => [
  auditKey(tenant, next),
  policyKey(tenant),
];
const listReads = (next: number): readonly string[] => [changesKey, changeKey(next)];

/** A started container that holds the policies of acme and shop. */
async function warm(capacity?: PolicyCapacity) {
  const made = stand(capacity);
  await made.publish('acme', 1);
  await made.publish('shop', 1);
  await made.start();
  await made.view('acme');
  await made.view('shop');
  return made;
}

describe('one read of the list of changes', () => {
  it('confirms every policy in memory', async () => {
    const { pass, readsOf } = await warm();
    pass(61);
    expect(await readsOf('acme')).toEqual(listReads(3));
    expect(await readsOf('shop')).toEqual([]);
    pass(45);
    expect(await readsOf('shop')).toEqual(listReads(3));
    expect(await readsOf('acme')).toEqual([]);
  });

  it('lets the tenants it names with a newer version be read again, and waited for', async () => {
    const { pass, readsOf, publish, view } = await warm();
    await publish('acme', 2);
    pass(61);
    expect(await readsOf('shop')).toEqual([...listReads(3), changeKey(4)]);
    const reads = await readsOf('acme');
    expect(reads.toSorted()).toEqual(own('acme', 3));
    expect(await view('acme')).toBe(2);
    expect(await view('shop')).toBe(1);
  });

  it('tells of a tenant that did not exist a moment ago', async () => {
    const { pass, view, publish } = await warm();
    expect(await view('new')).toBeUndefined();
    await publish('new', 7);
    pass(31);
    await view('shop');
    await settle();
    expect(await view('new')).toBe(7);
  });

  it('says nothing of a policy that was read before there was a list', async () => {
    const { config, pass, publish, view, readsOf } = stand();
    await publish('acme', 1);
    const list = config.objects.get(changesKey)?.body ?? '';
    config.objects.delete(changesKey);
    await view('acme');
    keep(config, changesKey, list);
    pass(61);
    expect(await readsOf('acme')).toEqual(expect.arrayContaining([...own('acme', 2)]));
    pass(61);
    expect(await readsOf('acme')).toEqual(listReads(2));
  });

  it('says nothing if more changes were missed than it has', async () => {
    for (const [missed, isRead] of [
      [999, false],
      [1_000, true],
    ] as const) {
      const { config, pass, readsOf } = await warm();
      const changes = Array.from({ length: 1_000 }, (): Change => ['other', 1]);
      keep(config, changesKey, await signChanges(publisher, { sequence: 2 + missed, changes }));
      pass(61);
      const reads = await readsOf('acme');
      expect([missed, reads.includes(policyKey('acme'))]).toEqual([missed, isRead]);
      // That read knows the list, which confirms it from now on.
      pass(61);
      expect(await readsOf('acme')).toEqual(listReads(3 + missed));
    }
  });

  it('says nothing of a policy that was read between its announcement and its version', async () => {
    const { config, pass, publish, view } = await warm();
    await announceVersion(publishingTo(config), 'acme', 2);
    pass(61);
    expect(await view('acme')).toBe(1);
    await publish('acme', 2);
    config.objects.delete(changesKey);
    await publish('shop', 2);
    pass(61);
    await view('shop');
    await settle();
    expect(await view('acme')).toBe(2);
  });

  it('says nothing of policies that were read before the list was made anew', async () => {
    const { config, pass, publish, view } = await warm();
    await publish('acme', 2);
    config.objects.delete(changesKey);
    await publish('shop', 2);
    pass(61);
    expect(await view('acme')).toBe(2);
  });

  it('is not enough for a denial: the policy itself is read', async () => {
    const { pass, config, policies } = await warm();
    pass(31);
    await policies.of('acme');
    await settle();
    pass(3);
    config.calls.splice(0);
    await policies.of('acme', 2);
    expect(config.calls).toContain(`get ${policyKey('acme')}`);
  });

  it('leaves the last good policy in use for an hour while S3 is away', async () => {
    const { pass, config, view, policies } = await warm();
    for (let minutes = 0; minutes < 90; minutes += 1) {
      pass(60);
      await view('acme');
    }
    config.away = true;
    pass(3_500);
    expect(await view('acme')).toBe(1);
    pass(200);
    expect(await awaited(() => policies.of('acme'))).toBe('unavailable');
  });
});

describe('a policy that only the list has confirmed for a quarter of an hour', () => {
  it('is read again in the background, one every six seconds', async () => {
    const { pass, readsOf } = await warm();
    for (let minutes = 0; minutes < 14; minutes += 1) {
      pass(61);
      expect(await readsOf('acme')).toEqual(listReads(3));
    }
    pass(61);
    expect((await readsOf('acme')).slice(2).toSorted()).toEqual(own('acme', 2));
    expect(await readsOf('shop')).toEqual([]);
    pass(25);
    expect((await readsOf('shop')).toSorted()).toEqual(own('shop', 2));
    pass(61);
    expect([await readsOf('acme'), await readsOf('shop')]).toEqual([listReads(3), []]);
  });
});

type Stand = Awaited<ReturnType<typeof warm>>;
const unbelieved: readonly (readonly [string, (made: Stand) => unknown, RegExp | undefined])[] = [
  ['lost', ({ config }) => config.objects.delete(changesKey), undefined],
  ['damaged', ({ config }) => keep(config, changesKey, 'x'), /^changes.jws is unusable: its sig/],
  ['no UTF-8', ({ config }) => keep(config, changesKey, new Uint8Array([255])), /is unusable/],
  [
    'cut',
    ({ config }) =>
      keep(config, changesKey, config.objects.get(changesKey)?.body.subarray(0, -5) ?? ''),
    /its signature is wrong$/,
  ],
  ['too large', ({ config }) => keep(config, changesKey, 'x'.repeat(200_000)), /is too-large$/],
  [
    'a policy',
    ({ config }) => keep(config, changesKey, config.objects.get(policyKey('acme'))?.body ?? ''),
    /not as a list of changes$/,
  ],
  [
    'older than the one before, and the trail has lost its end',
    async ({ config }) => {
      config.objects.delete(changeKey(2));
      const changes = [['acme', 1]] as const;
      keep(config, changesKey, await signChanges(publisher, { sequence: 1, changes }));
    },
    /ends with change 1, and 2 was seen before$/,
  ],
  [
    'another of the same number',
    async ({ config }) => {
      const changes = [['other', 1]] as const;
      keep(config, changesKey, await signChanges(publisher, { sequence: 2, changes }));
    },
    /ends with change 2, and 2 was seen before$/,
  ],
];

describe('a list of changes that is', () => {
  it.each(unbelieved)(
    '%s confirms nothing, and its reason is logged once',
    async (_what, damage, reason) => {
      const made = await warm();
      const { pass, readsOf, failures, publish, view } = made;
      await damage(made);
      for (let minutes = 0; minutes < 5; minutes += 1) {
        pass(61);
        expect((await readsOf('acme')).filter((key) => key === policyKey('acme'))).toHaveLength(1);
        expect((await readsOf('shop')).filter((key) => key === policyKey('shop'))).toHaveLength(1);
      }
      expect(failures).toHaveLength(reason === undefined ? 0 : 1);
      if (reason !== undefined) expect(failures[0]).toMatch(reason);
      // The next publish of anybody makes another list, which is believed.
      await publish('other', 1);
      await publish('acme', 5);
      pass(61);
      expect(await view('acme')).toBe(5);
    },
  );

  it('behind the trail confirms nothing, is asked for again soon, and is logged at the second look', async () => {
    const { config, pass, readsOf, failures } = await warm();
    const change = { sequence: 3, tenant: 'other', version: 1 };
    keep(config, changeKey(3), await signChange(publisher, change));
    pass(61);
    expect(await readsOf('acme')).toEqual(expect.arrayContaining([policyKey('acme')]));
    expect(failures).toEqual([]);
    config.objects.delete(changeKey(3));
    pass(25);
    await readsOf('acme');
    pass(1);
    expect(await readsOf('acme')).toEqual([]);
    keep(config, changeKey(3), 'x');
    pass(61);
    await readsOf('acme');
    pass(61);
    await readsOf('acme');
    pass(61);
    await readsOf('acme');
    expect(failures).toEqual([
      'changes.jws ends with change 2, and the trail has the one that follows',
    ]);
  });
});

describe('the version after a policy', () => {
  it('is looked for together with the policy, if its version was seen before', async () => {
    const small = { ...policyCapacity, cells: 1, textBytes: 600 };
    const { readsOf, view } = await warm(small);
    await view('shop');
    expect(await readsOf('acme')).toEqual([auditKey('acme', 2), policyKey('acme')]);
  });

  it('is looked for again if the policy has another version than was expected', async () => {
    const small = { ...policyCapacity, cells: 1, textBytes: 600 };
    const { config, publish, view, readsOf } = await warm(small);
    const list = config.objects.get(changesKey)?.body ?? '';
    await publish('acme', 2);
    keep(config, changesKey, list);
    await view('shop');
    expect(await readsOf('acme')).toEqual([
      auditKey('acme', 2),
      policyKey('acme'),
      auditKey('acme', 3),
    ]);
  });

  it('is not forgotten with the policy: an older one is refused, even without its trail', async () => {
    const small = { ...policyCapacity, cells: 1, textBytes: 600 };
    const { config, publish, view, policies, failures } = await warm(small);
    const old = config.objects.get(policyKey('acme'))?.body ?? '';
    await publish('acme', 2);
    expect(await view('acme', 0)).toBe(2);
    await view('shop');
    keep(config, policyKey('acme'), old);
    config.objects.delete(auditKey('acme', 2));
    expect(await awaited(() => policies.of('acme'))).toBe('unavailable');
    expect(failures.at(-1)).toBe('policy acme is version 1, and 2 was seen before');
  });
});

describe('an installation without a list', () => {
  it('works as before until its next publish, and with the list from then on', async () => {
    const { config, pass, publish, view, readsOf, failures, start } = stand();
    await publish('acme', 1);
    for (const key of config.objects.keys())
      if (key === changesKey || key.startsWith('audit/_changes/')) config.objects.delete(key);
    await start();
    await view('acme');
    pass(61);
    expect(await readsOf('acme')).toEqual(expect.arrayContaining([policyKey('acme')]));
    await publish('acme', 2);
    pass(61);
    expect(await view('acme')).toBe(2);
    pass(61);
    await view('acme');
    pass(61);
    expect(await readsOf('acme')).toEqual(listReads(2));
    expect(failures).toEqual([]);
  });
});
