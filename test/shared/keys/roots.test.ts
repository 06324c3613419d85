import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../../shared/keys/keyring.ts';
import { publicHalf } from '../../../shared/keys/publisher.ts';
import {
  addRoot,
  checkSuccessor,
  removeRoot,
  renderInStep,
  withRoot,
} from '../../../shared/keys/roots.ts';
import { secretIds } from '../../../shared/keys/store.ts';
import { sentenceOf } from '../request/outcome.ts';
import { keySet, rootKey } from './known-keys.ts';
import { memorySecrets } from './memory-secrets.ts';
import { publisher } from './publisher.ts';

const now = 1_800_000_000;
const r1 = { kid: 'r1', k: rootKey(0) };
const r2 = { kid: 'r2', k: rootKey(20) };
const p1 = publicHalf(publisher);
const current = keySet(r1, p1);
const material = { k: rootKey(40), now };

describe('a set with one more root key', () => {
  it('keeps every other key, and numbers the new one after the last', () => {
    const { kid, text } = withRoot(nodeCrypto, current, material);
    expect(kid).toBe('r2');
    const added = { kty: 'oct', kid: 'r2', k: rootKey(40), iat: now };
    expect(JSON.parse(text)).toEqual({ keys: [{ kty: 'oct', ...r1 }, p1, added] });
    const ring = rootKeyring(nodeCrypto, text);
    expect([ring.mintable(now), ring.mintable(now + 1_200)]).toEqual(['r1', 'r2']);
  });

  it.each([
    { of: ['r1', 'r3'], next: 'r4' },
    { of: ['r9', 'r10'], next: 'r11' },
    { of: ['first'], next: 'r1' },
  ])('of $of gets $next', ({ of, next }) => {
    const roots = keySet(...of.map((kid, at) => ({ kid, k: rootKey(at) })));
    expect(withRoot(nodeCrypto, roots, material).kid).toBe(next);
  });

  it('is not made from an unreadable set or with invalid material', () => {
    const cut = current.slice(0, -20);
    expect(sentenceOf(() => withRoot(nodeCrypto, cut, material))).toBe(
      'secret roots is unusable: it is not JSON',
    );
    expect(sentenceOf(() => withRoot(nodeCrypto, current, { k: 'c2hvcnQ', now }))).toMatch(
      /key r2 is malformed or shorter than 32 bytes$/,
    );
  });
});

describe('the set that follows the current one', () => {
  const { text: next } = withRoot(nodeCrypto, current, material);
  const fault = (before: string, after: string, at = now): string =>
    sentenceOf(() => checkSuccessor(nodeCrypto, before, after, at));
  const changed = 'the root keys have changed since this rotation began';

  it('has one more root key, as long as every function learns of it before it signs', () => {
    expect(fault(current, next)).toBe('');
    expect(fault(current, next, now + 300)).toBe('');
    expect(fault(current, next, now + 301)).toBe(
      'the new root key would sign before every function knows it',
    );
  });

  it('may be written with other white space', () => {
    expect(fault(JSON.stringify(JSON.parse(current), null, 2), next)).toBe('');
  });

  const byHand = withRoot(nodeCrypto, current, { k: rootKey(80), now }).text;
  it.each([
    ['a root key was added, under the same name', byHand, next],
    ['two were added', withRoot(nodeCrypto, byHand, material).text, next],
    [
      'one was removed: it must not come back',
      keySet(r2, p1),
      withRoot(nodeCrypto, keySet(r1, r2, p1), material).text,
    ],
    ['one has another material', keySet({ kid: 'r1', k: rootKey(3) }, p1), next],
    ['a public key was added', keySet(r1, p1, { ...p1, kid: 'p2' }), next],
    ['nothing is new', current, current],
  ])('does not where %s', (_, before, after) => {
    expect(fault(before, after)).toBe(changed);
  });

  it('ends with a root key that has a time', () => {
    const late = 'the new root key would sign before every function knows it';
    expect(fault(current, keySet(r1, p1, { ...p1, kid: 'p2' }))).toBe(late);
    expect(fault(current, keySet(r1, p1, { kid: 'r2', k: rootKey(40) }))).toBe(late);
  });

  it('must be readable', () => {
    expect(fault(current, 'xyz')).toBe('secret roots is unusable: it is not JSON');
  });
});

describe('an operator', () => {
  const world = () => ({
    crypto: nodeCrypto,
    secrets: memorySecrets({ 'signet/roots': current }),
    secretIds,
  });

  it('adds a root key and removes another, and the render secret is updated', async () => {
    const deps = world();
    expect(await addRoot(deps, rootKey(40), now)).toBe('r2');
    expect(await renderInStep(deps)).toBe(true);
    await removeRoot(deps, 'r1');
    const ring = rootKeyring(nodeCrypto, deps.secrets.texts.get('signet/roots') ?? '');
    expect([ring.kids, ring.publishers]).toEqual([['r2'], [p1]]);
    expect(await renderInStep(deps)).toBe(true);
  });

  it('cannot remove the last one', async () => {
    const deps = world();
    await expect(removeRoot(deps, 'r1')).rejects.toThrow('has no key of type oct');
    expect(deps.secrets.written).toEqual([]);
  });
});
