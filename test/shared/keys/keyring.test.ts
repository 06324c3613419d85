import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import {
  continuationKeyring,
  continuationSecret,
  deriveSigningKey,
  readKid,
  rootKeyring,
} from '../../../shared/keys/keyring.ts';
import { sign, verifyUrlSignature } from '../../../shared/url/signature.ts';
import { sentenceOf } from '../request/outcome.ts';
import { keySet, ring, rootKey, roots, signingKeyOf } from './known-keys.ts';

const good = rootKey(7);
const short = Buffer.alloc(31, 9).toString('base64url');

const brokenRoots: readonly (readonly [what: string, secret: string])[] = [
  ['nothing', ''],
  ['no JSON', `k=${good}`],
  ['cut JSON', keySet({ kid: 'r1', k: good }).slice(0, -2)],
  ['null', 'null'],
  ['a list', `[${JSON.stringify({ kty: 'oct', kid: 'r1', k: good })}]`],
  ['a text', JSON.stringify(good)],
  ['no keys field', '{}'],
  ['keys that are no list', JSON.stringify({ keys: { r1: good } })],
  ['an empty list of keys', keySet()],
  ['null for a key', '{"keys":[null]}'],
  ['only keys of another type', keySet({ kty: 'OKP', crv: 'Ed25519', kid: 'p1', x: good })],
  ['a key without k', keySet({ kid: 'r1' })],
  ['a key that is null', keySet({ kid: 'r1', k: null })],
  ['an empty key', keySet({ kid: 'r1', k: '' })],
  ['a short key', keySet({ kid: 'r1', k: short })],
  ['a padded key', keySet({ kid: 'r1', k: `${good}=` })],
  ['a key in plain base64', keySet({ kid: 'r1', k: `${good.slice(0, -2)}+/` })],
  ['a key with a space', keySet({ kid: 'r1', k: ` ${good}` })],
  ['a key with a line feed', keySet({ kid: 'r1', k: `${good}\n` })],
  ['a key that is not canonical base64url', keySet({ kid: 'r1', k: `${good.slice(0, -1)}l` })],
  ['a key of bytes', keySet({ kid: 'r1', k: [1, 2, 3] })],
  ['a key without kid', keySet({ k: good })],
  ['a kid of another form', keySet({ kid: 'R1', k: good })],
  ['a kid with a generation', keySet({ kid: 'r1.1', k: good })],
  ['a continuation kid', keySet({ kid: 'r1.0', k: good })],
  ['a kid that is an object name', keySet({ kid: '__proto__', k: good })],
  ['a kid twice', keySet({ kid: 'r1', k: good }, { kid: 'r1', k: rootKey(3) })],
  ['a good key beside a short one', keySet({ kid: 'r1', k: good }, { kid: 'r2', k: short })],
];

const brokenContinuations: readonly (readonly [what: string, secret: string])[] = [
  ['the root keys', roots],
  ['a key that is not the text of a signing key', keySet({ kid: 'r1.0', k: good })],
  ['a short key', keySet({ kid: 'r1.0', k: nodeCrypto.encode('sgn_') })],
  ['an empty key', keySet({ kid: 'r1.0', k: '' })],
  ['a kid of another generation', continuationSecret(nodeCrypto, roots).replace('r1.0', 'r1.1')],
  ['no keys', keySet()],
  ['null', 'null'],
  ['no JSON', 'sgn_'],
];

/** Long enough to be told from any word of a sentence. */
const keyMaterial = [good, short, rootKey(3), rootKey(0)].map((key) => key.slice(0, 12));

function expectSilentRefusal(sentence: string, id: string): void {
  expect(sentence).toMatch(new RegExp(`^secret ${id} is unusable: `));
  expect(keyMaterial.filter((key) => sentence.includes(key))).toEqual([]);
}

describe('a secret is unusable, and the error does not quote it,', () => {
  it.each(brokenRoots)('when the root keys are %s', (_what, secret) => {
    expectSilentRefusal(
      sentenceOf(() => rootKeyring(nodeCrypto, secret)),
      'roots',
    );
    expectSilentRefusal(
      sentenceOf(() => continuationSecret(nodeCrypto, secret)),
      'roots',
    );
  });

  it.each(brokenContinuations)('when the continuation keys are %s', (_what, secret) => {
    expectSilentRefusal(
      sentenceOf(() => continuationKeyring(nodeCrypto, secret)),
      'render',
    );
  });
});

describe('a ring of root keys', () => {
  const publisher = { kty: 'OKP', crv: 'Ed25519', kid: 'p1', x: good };
  const two = keySet({ kid: 'r1', k: rootKey(0) }, publisher, { kid: 'r2', k: rootKey(40) });
  const both = rootKeyring(nodeCrypto, two);

  it('takes the newest root from the end of the list and ignores keys of another type', () => {
    expect([ring.newest, both.newest]).toEqual(['r1', 'r2']);
  });

  it('has a different signing key for every root, generation and tenant', () => {
    const keys = ['r1.1', 'r1.2', 'r1.11', 'r2.1'].flatMap((kid) =>
      ['acme', 'acme-2', 'a'].map((tenant) => both.signingKey(tenant, kid)),
    );
    expect(new Set(keys).size).toBe(12);
    expect(keys.every((key) => /^sgn_[A-Za-z0-9_-]{43}$/.test(key ?? ''))).toBe(true);
  });

  it.each(['r3.1', 'r.1', 'constructor.1', 'toString.1', 'p1.1'])('does not know %s', (kid) => {
    expect(both.signingKey('acme', kid)).toBeUndefined();
  });

  it('splits a kid at its dot', () => {
    expect(readKid('r12.345')).toEqual({ root: 'r12', generation: 345 });
  });
});

describe('continuation keys', () => {
  const secret = continuationSecret(nodeCrypto, roots);
  const continuations = continuationKeyring(nodeCrypto, secret);

  it('in the render secret are those that the roots derive', () => {
    expect(continuations.newest).toBe('r1.0');
    expect(continuations.signingKey('', 'r1.0')).toBe(ring.signingKey('acme', 'r1.0'));
    expect(ring.signingKey('acme', 'r1.0')).toBe(ring.signingKey('shop', 'r1.0'));
  });

  it('reveal nothing about the roots and sign for no tenant', () => {
    expect(secret).not.toContain(rootKey(0).slice(0, 12));
    expect(continuations.signingKey('acme', 'r1.1')).toBeUndefined();
    expect(ring.signingKey('acme', 'r1.1')).not.toBe(ring.signingKey('acme', 'r1.0'));
  });
});

describe('tenants', () => {
  const names = ['a', 'ac', 'acme', 'acme-2', 'acme2', '2', '1', 'continuation'];
  const tenants = [...names, ...Array.from({ length: 42 }, (_, at) => `tenant-${at}`)];
  const parts = { kid: 'r1.1', exp: '1893456000', target: '/acme/cat.jpg' };

  it('never verifySignature with the signing key of another, among fifty', () => {
    const keys = tenants.map((tenant) => signingKeyOf(tenant));
    const sigs = keys.map((key) => sign(nodeCrypto, key, parts));
    const accepted = keys.flatMap((key, row) =>
      sigs.flatMap((sig, column) =>
        verifyUrlSignature(nodeCrypto, key, parts, sig) ? [`${row}:${column}`] : [],
      ),
    );
    expect(tenants).toHaveLength(50);
    expect(accepted).toEqual(tenants.map((_, at) => `${at}:${at}`));
  });
});

describe('a root key', () => {
  const bytes = rootKey(100);
  const root = nodeCrypto.importRoot(bytes, 'signet.v1');
  const forms = [bytes, Buffer.from(bytes, 'base64url').toString('hex'), '100, 101', '64 65 66'];

  it('does not reveal its bytes, however it is printed', () => {
    const printed = [
      inspect(root, { depth: 9, showHidden: true }),
      JSON.stringify(root),
      JSON.stringify({ root }),
      String(root),
      `${[root]}`,
      inspect(rootKeyring(nodeCrypto, keySet({ kid: 'r1', k: bytes })), {
        depth: 9,
        showHidden: true,
      }),
    ];
    expect(forms.filter((form) => printed.some((text) => text.includes(form)))).toEqual([]);
  });

  it('derives without being read', () => {
    if (root === undefined) throw new Error('the root key was not taken');
    expect(deriveSigningKey(nodeCrypto, root, 'acme', 1)).toMatch(/^sgn_/);
  });

  it.each(['', '=', short, `${bytes}=`, `${bytes} `, `${bytes}!`, `${bytes}\n`, 'null'])(
    'is not made from %j',
    (k) => expect(nodeCrypto.importRoot(k, 'signet.v1')).toBeUndefined(),
  );
});
