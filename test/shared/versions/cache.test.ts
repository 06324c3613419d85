import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { policyKey } from '../../../shared/versions/bucket.ts';
import { policyFreshness, policyStore } from '../../../shared/versions/cache.ts';
import { handClock, settle } from '../hand-clock.ts';
import { keep, memoryStore } from '../objects/memory-store.ts';
import { policyText } from '../policy/policies.ts';
import { awaited } from '../request/outcome.ts';
import { plainPolicies } from './plain-policies.ts';

function stand() {
  const { clock, pass } = handClock();
  const config = memoryStore();
  const failures: string[] = [];
  const policies = policyStore({
    config,
    ...plainPolicies,
    freshness: policyFreshness,
    clock,
    random: () => 0,
    onFailure: (reason) => failures.push(reason),
  });
  const publish = (maxAge: number, tenant = 'acme'): void =>
    keep(config, policyKey(tenant), policyText({ operations: {}, cache: { maxAge } }, tenant));
  const maxAgeOf = async (tenant = 'acme', age?: number): Promise<number | undefined> =>
    (await policies.of(tenant, age))?.cache.maxAge;
  return { config, failures, policies, pass, publish, maxAgeOf };
}

describe('the policy of a tenant', () => {
  it('is read once for a hundred requests at a time', async () => {
    const { config, publish, maxAgeOf } = stand();
    publish(1);
    const all = await Promise.all(Array.from({ length: 100 }, () => maxAgeOf()));
    expect(new Set(all)).toEqual(new Set([1]));
    expect(config.calls).toEqual([
      'get changes.jws',
      'get policies/acme.jws',
      'get audit/acme/2.jws',
    ]);
  });

  it('holds everywhere within a minute of being published', async () => {
    const { publish, maxAgeOf, pass } = stand();
    publish(1);
    await maxAgeOf();
    publish(2);
    pass(29);
    expect(await maxAgeOf()).toBe(1);
    pass(31);
    expect(await maxAgeOf()).toBe(2);
  });

  it('is refreshed in the background after half a minute', async () => {
    const { publish, maxAgeOf, pass } = stand();
    publish(1);
    await maxAgeOf();
    publish(2);
    pass(30);
    expect(await maxAgeOf()).toBe(1);
    await settle();
    expect(await maxAgeOf()).toBe(2);
  });

  it('is read again before a denial, when it is older than that takes', async () => {
    const { publish, maxAgeOf, pass, config } = stand();
    publish(1);
    await maxAgeOf();
    publish(2);
    pass(1);
    expect(await maxAgeOf('acme', 2)).toBe(1);
    pass(1);
    expect(await maxAgeOf('acme', 2)).toBe(2);
    expect(config.calls.filter((call) => call === 'get policies/acme.jws')).toHaveLength(2);
  });

  it('that has not changed is confirmed without being read', async () => {
    const { publish, policies, pass, failures } = stand();
    publish(1);
    const first = await policies.of('acme');
    for (let minutes = 0; minutes < 90; minutes += 1) {
      pass(60);
      expect(await policies.of('acme')).toBe(first);
    }
    expect(failures).toEqual([]);
  });

  it('is kept for an hour while S3 is away, and found again by itself', async () => {
    const { publish, maxAgeOf, policies, pass, config } = stand();
    publish(1);
    await maxAgeOf();
    config.away = true;
    pass(3_599);
    expect(await maxAgeOf()).toBe(1);
    pass(1);
    expect(await awaited(() => policies.of('acme'))).toBe('unavailable');
    config.away = false;
    publish(2);
    expect(await maxAgeOf()).toBe(2);
  });

  it('is unavailable when it was never read and S3 is away', async () => {
    const { policies, config } = stand();
    config.away = true;
    expect(await awaited(() => policies.of('acme'))).toBe('unavailable');
  });

  it('of one tenant is not that of another', async () => {
    const { publish, maxAgeOf } = stand();
    publish(1);
    publish(2, 'acme-2');
    expect([await maxAgeOf(), await maxAgeOf('acme-2')]).toEqual([1, 2]);
  });
});

describe('a tenant without a policy', () => {
  it('is remembered for a minute', async () => {
    const { policies, publish, maxAgeOf, pass, config } = stand();
    expect(await policies.of('acme')).toBeUndefined();
    publish(1);
    pass(59);
    expect(await policies.of('acme')).toBeUndefined();
    expect(config.calls.filter((call) => call === 'get policies/acme.jws')).toHaveLength(1);
    pass(1);
    expect(await maxAgeOf()).toBe(1);
  });

  it('is not remembered any longer, when S3 is away', async () => {
    const { policies, pass, config } = stand();
    await policies.of('acme');
    config.away = true;
    pass(60);
    expect(await awaited(() => policies.of('acme'))).toBe('unavailable');
  });

  it('is one again when its policy is deleted', async () => {
    const { policies, publish, pass, config } = stand();
    publish(1);
    await policies.of('acme');
    config.objects.clear();
    pass(60);
    expect(await policies.of('acme')).toBeUndefined();
  });
});

const broken: readonly (readonly [what: string, text: string | Uint8Array])[] = [
  ['no JSON', '{"tenant":"acme",'],
  ['empty', ''],
  ['null', 'null'],
  ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ['of another tenant', policyText({ operations: {} }, 'shop')],
  ['of another form', policyText({ operations: {}, maxWidht: 1 })],
  ['with an invalid preset', policyText({ presets: { a: 'resize,w_040' } })],
  ['too large', policyText({ operations: {} }).padEnd(limits.recordBytes + 1)],
];

describe('a stored policy that is', () => {
  it.each(broken)('%s never replaces the last good one', async (_what, text) => {
    const { config, publish, maxAgeOf, pass, failures } = stand();
    publish(1);
    await maxAgeOf();
    keep(config, policyKey('acme'), text);
    pass(60);
    expect(await maxAgeOf()).toBe(1);
    expect(failures).toHaveLength(1);
    publish(2);
    pass(1);
    expect(await maxAgeOf()).toBe(2);
  });

  it.each(broken)('%s is unavailable when it is the first', async (_what, text) => {
    const { config, policies, publish, maxAgeOf } = stand();
    keep(config, policyKey('acme'), text);
    expect(await awaited(() => policies.of('acme'))).toBe('unavailable');
    publish(1);
    expect(await maxAgeOf()).toBe(1);
  });
});
