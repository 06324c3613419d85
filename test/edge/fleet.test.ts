import { describe, expect, it } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { publicHalf } from '../../shared/keys/publisher.ts';
import { keyFreshness, keyringStore } from '../../shared/keys/store.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import { seconds } from '../../shared/ports.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { auditKey, policyKey } from '../../shared/versions/bucket.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { deleteTenant, publishPolicy } from '../../shared/versions/publishing.ts';
import { publisher, publishingTo } from '../shared/keys/publisher.ts';
import { keep, memoryStore } from '../shared/objects/memory-store.ts';
import { keyring, rootKey, signed } from './memory-edge.ts';

/*
 * A hundred warm instances, each with the policy it read at another moment, on one clock that is moved
 * by hand. What is published holds in all of them within a minute of the answer to the publisher.
 */

const instances = 100;
const roots = JSON.stringify({
  keys: [{ kty: 'oct', kid: 'r1', k: rootKey }, publicHalf(publisher)],
});

async function fleet() {
  const time = { now: 1_800_000_000_000 };
  const clock = (): number => time.now;
  const config = memoryStore();
  const publishing = publishingTo(config, { clock });
  const secrets = { read: async () => roots, write: async () => undefined };
  const depsOf = (at: number) => {
    const edge = { clock, random: () => at / instances, onFailure: () => undefined };
    const keys = keyringStore({
      ...edge,
      secrets,
      id: 'signet/roots',
      open: () => ({ ...keyring, publishers: [publicHalf(publisher)] }),
      freshness: keyFreshness,
    });
    const publishers = async () => (await keys.read()).publishers;
    const policies = policyStore({
      ...edge,
      config,
      open: signedPolicies(nodeCrypto, publishers),
      publishers,
      packer: nodePacker(typicalPolicy),
      freshness: policyFreshness,
    });
    return { ...edge, now: () => seconds(clock), crypto: nodeCrypto, keys, policies, hosts: {} };
  };
  const cold = async (asked: Parameters<typeof signed>[1] = {}): Promise<string> =>
    gate(signed({ time }, asked), depsOf(0))
      .then(() => 'allowed')
      .catch((thrown: unknown) => asRefusal(thrown).code);
  const instancesDeps = Array.from({ length: instances }, (_, at) => depsOf(at));
  const ask = (at: number, asked: Parameters<typeof signed>[1]): Promise<string> => {
    const deps = instancesDeps[at];
    if (deps === undefined) throw new Error('no such instance');
    return gate(signed({ time }, asked), deps)
      .then(() => 'allowed')
      .catch((thrown: unknown) => asRefusal(thrown).code);
  };
  const askAll = (asked: Parameters<typeof signed>[1] = {}) =>
    Promise.all(instancesDeps.map((_, at) => ask(at, asked)));
  const publish = (fields: object) =>
    publishPolicy(publishing, { tenant: 'acme', ...fields }, { root: 'r1' });
  const key = policyKey('acme');
  const stored = async () => config.objects.get(key)?.body ?? new Uint8Array();
  return {
    time,
    askAll,
    ask,
    cold,
    config,
    publishing,
    remove: () => deleteTenant(publishing, 'acme', undefined),
    publish,
    stored,
    replay: async (text: Uint8Array) => keep(config, key, text),
  };
}

const wide = { operations: { resize: { w: [20, 40] } } };
const narrow = { operations: { resize: { w: [20] } } };

/** When the last instance was seen to still say what held before, in seconds after the publish. */
async function lastOld(
  { time, ask }: Awaited<ReturnType<typeof fleet>>,
  old: string,
  asked: Parameters<typeof signed>[1],
): Promise<number> {
  const published = time.now;
  let last = -1;
  for (let second = 0; second <= 90; second += 1) {
    for (let at = 0; at < instances; at += 1)
      // Each is asked once in seven seconds: busy enough to be warm, not so busy that all is at once.
      if ((second + at) % 7 === 0 && (await ask(at, asked)) === old) last = second;
    time.now = published + (second + 1) * 1_000;
  }
  return last;
}

describe('a fleet of a hundred warm instances', () => {
  it('refuses everywhere within a minute what a new policy no longer allows', async () => {
    const all = await fleet();
    await all.publish(wide);
    expect(new Set(await all.askAll())).toEqual(new Set(['allowed']));
    for (let at = 0; at < 40; at += 1) {
      all.time.now += 997;
      await all.ask(at, {});
    }
    await all.publish(narrow);
    const last = await lastOld(all, 'allowed', {});
    expect(last).toBeGreaterThan(5);
    expect(last).toBeLessThan(60);
    expect(new Set(await all.askAll())).toEqual(new Set(['denied_value']));
  });

  it('refuses a retired kid within a minute, and a blocked source', async () => {
    const all = await fleet();
    await all.publish({ ...wide, keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } });
    await all.askAll();
    await all.publish({ ...wide, keys: { active: 'r1.2', accept: ['r1.2'] } });
    expect(await lastOld(all, 'allowed', { kid: 'r1.1' })).toBeLessThan(60);
    await all.publish({ ...wide, blocked: ['a.png'] });
    expect(await lastOld(all, 'allowed', { kid: 'r1.2' })).toBeLessThan(60);
  });

  it('accepts the first URL of a rotated key everywhere, and never refuses one of the previous key', async () => {
    const all = await fleet();
    await all.publish({ ...wide, keys: { active: 'r1.1', accept: ['r1.1'] } });
    await all.askAll();
    all.time.now += 3_000;
    await all.publish({ ...wide, keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } });
    expect(new Set(await all.askAll({ kid: 'r1.2' }))).toEqual(new Set(['allowed']));
    expect(new Set(await all.askAll({ kid: 'r1.1' }))).toEqual(new Set(['allowed']));
  });

  it('keeps its version if an older one is put into the bucket again', async () => {
    const all = await fleet();
    await all.publish(wide);
    const replayed = await all.stored();
    await all.publish(narrow);
    await all.askAll();
    await all.replay(replayed);
    all.time.now += 120_000;
    expect(new Set(await all.askAll())).toEqual(new Set(['denied_value']));
  });
});

describe('an instance that starts after the live version was replaced by an older one', () => {
  async function replayed(between: number) {
    const all = await fleet();
    await all.publish(wide);
    const old = await all.stored();
    for (let at = 0; at < between; at += 1) await all.publish({ ...wide, cache: { maxAge: at } });
    await all.publish({ ...wide, blocked: ['a.png'] });
    await all.replay(old);
    return all;
  }

  it('uses the version that follows it, if there is one', async () => {
    const all = await replayed(0);
    expect(await all.cold()).toBe('denied_blocked');
    expect(await all.cold({ path: 'b.png' })).toBe('allowed');
  });

  it.each([1, 2, 10])('does not accept it if there are %i versions in between', async (between) => {
    const all = await replayed(between);
    expect(await all.cold()).toBe('unavailable');
    expect(await all.cold({ path: 'b.png' })).toBe('unavailable');
    await all.publish({ ...wide, cache: { maxAge: 99 } });
    expect(await all.cold()).toBe('denied_blocked');
    expect(await all.cold({ path: 'b.png' })).toBe('allowed');
  });

  it('knows no tenant that was deleted', async () => {
    const all = await fleet();
    await all.publish(wide);
    const old = await all.stored();
    await all.remove();
    await all.replay(old);
    expect(await all.cold()).toBe('forbidden');
  });

  it('does not take the deletion of another tenant for its own', async () => {
    const all = await replayed(0);
    const shop = { tenant: 'shop', ...wide };
    await all.publish(shop);
    await all.publish({ ...shop, cache: { maxAge: 5 } });
    await deleteTenant(all.publishing, 'shop', undefined);
    await all.replay(all.config.objects.get(auditKey('shop', 3))?.body ?? new Uint8Array());
    expect(await all.cold({ path: 'b.png' })).toBe('unavailable');
  });
});
