import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { nodeKeys } from '../../../shared/adapters/random.ts';
import { ensureSecrets } from '../../../shared/keys/first-secrets.ts';
import {
  continuationKeyring,
  continuationSecret,
  rootKeyring,
} from '../../../shared/keys/keyring.ts';
import { publicHalf } from '../../../shared/keys/publisher.ts';
import { renderInStep } from '../../../shared/keys/roots.ts';
import { secretIdsOf } from '../../../shared/keys/store.ts';
import { signRecord, verifyRecord } from '../../../shared/versions/record.ts';
import { keySet, rootKey } from './known-keys.ts';
import { type MemorySecrets, memorySecrets } from './memory-secrets.ts';
import { publisher, stranger } from './publisher.ts';

const ids = secretIdsOf('signet');

const ensure = (secrets: MemorySecrets) =>
  ensureSecrets({ crypto: nodeCrypto, secrets, secretIds: ids, keys: nodeKeys });
const rootsOf = ({ texts }: MemorySecrets): string => texts.get(ids.roots) ?? '';
const kidsOf = (secrets: MemorySecrets): readonly string[] =>
  rootKeyring(nodeCrypto, rootsOf(secrets)).kids;

/** Why it does not make them, and what it has written by then. */
async function refusal(secrets: MemorySecrets) {
  const reason = await ensure(secrets).then(
    () => 'it made them',
    (thrown: Error) => thrown.message,
  );
  return { reason, written: secrets.written };
}

describe('the first secrets', () => {
  it('are a root key, a key that signs policies, and the secret of the render function', async () => {
    const secrets = memorySecrets();
    const made = await ensure(secrets);
    expect(made.keyring.kids).toEqual(['r1']);
    expect(made.keyring.mintable(0)).toBe('r1');
    const own = publicHalf(await made.publisher());
    expect(made.keyring.publishers).toEqual([own]);
    const render = continuationKeyring(nodeCrypto, secrets.texts.get(ids.render) ?? '');
    expect([render.kids, render.publishers]).toEqual([['r1.0'], [own]]);
    expect(rootsOf(secrets)).not.toContain((await made.publisher()).d);
  });

  it('sign policies that holders of the roots can verify', async () => {
    const { keyring, publisher: key } = await ensure(memorySecrets());
    const record = {
      version: 1,
      at: '2026-08-01T00:00:00.000Z',
      by: 'ann',
      reason: null,
      previous: null,
      retired: [],
      policy: null,
    };
    const text = await signRecord(await key(), record);
    expect(await verifyRecord(keyring.publishers, text)).toEqual(record);
  });

  it('differ between installations', async () => {
    const [one, two] = [memorySecrets(), memorySecrets()];
    await Promise.all([ensure(one), ensure(two)]);
    for (const id of Object.values(ids)) expect(one.texts.get(id)).not.toBe(two.texts.get(id));
  });

  it('are written once: a second run changes nothing', async () => {
    const secrets = memorySecrets();
    await ensure(secrets);
    expect(secrets.written).toEqual([ids.publisher, ids.roots, ids.render]);
    await ensure(secrets);
    expect(secrets.written).toHaveLength(3);
  });

  it.each([0, 1, 2])(
    'are completed by the next run if one is interrupted after %i writes',
    async (cut) => {
      const secrets = memorySecrets();
      secrets.left = cut;
      await expect(ensure(secrets)).rejects.toThrow('away');
      const kept = new Map(secrets.texts);
      secrets.left = 9;
      const { keyring, publisher: key } = await ensure(secrets);
      expect(keyring.publishers).toEqual([publicHalf(await key())]);
      expect(await renderInStep({ crypto: nodeCrypto, secrets, secretIds: ids })).toBe(true);
      for (const [id, text] of kept) expect(secrets.texts.get(id)).toBe(text);
      expect(secrets.written).toHaveLength(3);
    },
  );
});

describe('existing secrets', () => {
  const held = JSON.stringify(publisher);
  const old = { kid: 'r1', k: rootKey(0) };
  const added = { kid: 'r2', k: rootKey(40), iat: 1_800_000_000 };

  it('do not change, whatever the order of their keys', async () => {
    const roots = keySet(old, publicHalf(publisher), added);
    const render = continuationSecret(nodeCrypto, roots);
    const secrets = memorySecrets({
      [ids.roots]: roots,
      [ids.publisher]: held,
      [ids.render]: render,
    });
    expect((await ensure(secrets)).keyring.kids).toEqual(['r1', 'r2']);
    expect(secrets.written).toEqual([]);
  });

  it('get a missing public key in addition to the others', async () => {
    const other = { ...publicHalf(stranger), kid: 'p0' };
    const secrets = memorySecrets({ [ids.roots]: keySet(old, other), [ids.publisher]: held });
    const { keyring } = await ensure(secrets);
    expect(keyring.publishers).toEqual([other, publicHalf(publisher)]);
    expect(kidsOf(secrets)).toEqual(['r1']);
  });

  it('get the render secret that is derived from them', async () => {
    const roots = keySet(old, added, publicHalf(publisher));
    const before = continuationSecret(nodeCrypto, keySet(old));
    const secrets = memorySecrets({
      [ids.roots]: roots,
      [ids.publisher]: held,
      [ids.render]: before,
    });
    await ensure(secrets);
    expect(secrets.written).toEqual([ids.render]);
    expect(await renderInStep({ crypto: nodeCrypto, secrets, secretIds: ids })).toBe(true);
  });

  const unreadable = `{"keys":[{"kty":"oct","kid":"r1","k":"${rootKey(9)}`;
  it('are neither replaced nor quoted if the roots cannot be read', async () => {
    const { reason, written } = await refusal(memorySecrets({ [ids.roots]: unreadable }));
    expect(reason).toBe('secret roots is unusable: it is not JSON');
    expect(written).toEqual([]);
  });

  it('are neither replaced nor quoted if the publisher key cannot be read', async () => {
    const { reason, written } = await refusal(memorySecrets({ [ids.publisher]: unreadable }));
    expect(reason).toBe('secret publisher is unusable: it is not an Ed25519 key as a JWK');
    expect(written).toEqual([]);
  });

  it('get no new publisher key if the old one is lost, because published policies would become invalid', async () => {
    const roots = keySet(old, publicHalf(publisher));
    const { reason, written } = await refusal(memorySecrets({ [ids.roots]: roots }));
    expect(reason).toBe(
      'secret signet/publisher is missing, but policies are signed with its key; restore it',
    );
    expect(written).toEqual([]);
  });

  it('do not change if two keys have the same kid', async () => {
    const roots = keySet(old, publicHalf(stranger));
    const secrets = memorySecrets({ [ids.roots]: roots, [ids.publisher]: held });
    const { reason, written } = await refusal(secrets);
    expect(reason).toBe(
      'secrets signet/roots and signet/publisher have different keys with the kid p1',
    );
    expect(written).toEqual([]);
  });
});
