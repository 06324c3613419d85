import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../../shared/keys/keyring.ts';
import { keyFreshness, keyringStore, secretIds } from '../../../shared/keys/store.ts';
import { PortFailure, type SecretStore } from '../../../shared/ports.ts';
import { handClock, settle } from '../hand-clock.ts';
import { awaited } from '../request/outcome.ts';
import { keySet, rootKey } from './known-keys.ts';

function stand(first: string | undefined) {
  const { clock, pass } = handClock();
  const failures: string[] = [];
  const world = { secret: first, away: false, reads: 0 };
  const secrets: SecretStore = {
    read: async (id) => {
      world.reads += 1;
      if (world.away) throw new PortFailure('Secrets Manager is away');
      return id === secretIds.roots ? world.secret : undefined;
    },
    write: async () => undefined,
  };
  const keys = keyringStore({
    secrets,
    id: secretIds.roots,
    open: (secret) => rootKeyring(nodeCrypto, secret),
    freshness: keyFreshness,
    clock,
    random: () => 0,
    onFailure: (reason) => failures.push(reason),
  });
  return { keys, world, pass, failures, newest: async () => (await keys.read()).newest };
}

const one = keySet({ kid: 'r1', k: rootKey(0) });
const two = keySet({ kid: 'r1', k: rootKey(0) }, { kid: 'r2', k: rootKey(40) });

describe('the root keys', () => {
  it('are read once for a hundred requests at a time', async () => {
    const { newest, world } = stand(one);
    const all = await Promise.all(Array.from({ length: 100 }, newest));
    expect([new Set(all), world.reads]).toEqual([new Set(['r1']), 1]);
  });

  it('are refreshed after five minutes without waiting', async () => {
    const { newest, world, pass } = stand(one);
    await newest();
    world.secret = two;
    pass(299);
    expect([await newest(), world.reads]).toEqual(['r1', 1]);
    pass(1);
    expect(await newest()).toBe('r1');
    await settle();
    expect([await newest(), world.reads]).toEqual(['r2', 2]);
  });

  it('make requests wait after fifteen minutes', async () => {
    const { newest, world, pass } = stand(one);
    await newest();
    world.secret = two;
    pass(900);
    expect(await newest()).toBe('r2');
  });

  it('stay in use for an hour while Secrets Manager does not answer', async () => {
    const { newest, keys, world, pass } = stand(one);
    await newest();
    world.away = true;
    pass(3_599);
    expect(await newest()).toBe('r1');
    pass(1);
    expect(await awaited(() => keys.read())).toBe('unavailable');
    world.away = false;
    world.secret = two;
    expect(await newest()).toBe('r2');
  });

  it('are not read again for an unknown kid', async () => {
    const { keys, world } = stand(one);
    for (let at = 0; at < 1_000; at += 1) {
      const ring = await keys.read();
      expect(ring.signingKey(`tenant-${at}`, `x${at}.1`)).toBeUndefined();
    }
    expect(world.reads).toBe(1);
  });
});

const broken: readonly (readonly [what: string, secret: string | undefined])[] = [
  ['missing', undefined],
  ['empty', ''],
  ['null', 'null'],
  ['an empty list', keySet()],
  ['short', keySet({ kid: 'r1', k: rootKey(0).slice(0, 40) })],
];

describe('a secret that is', () => {
  it.each(broken)(
    '%s is unavailable, and never a keyring that accepts everything',
    async (_what, secret) => {
      const { keys, failures } = stand(secret);
      expect(await awaited(() => keys.read())).toBe('unavailable');
      expect(failures).toHaveLength(1);
      expect(failures[0]).toMatch(/^secret (?:signet\/)?roots /);
      expect(failures[0]).not.toContain(rootKey(0).slice(0, 12));
    },
  );

  it.each(broken)('%s does not replace the last good one', async (_what, secret) => {
    const { newest, world, pass } = stand(one);
    await newest();
    world.secret = secret;
    pass(900);
    expect(await newest()).toBe('r1');
    world.secret = two;
    pass(1);
    expect(await newest()).toBe('r2');
  });
});
