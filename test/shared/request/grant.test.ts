import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeBase64url } from '../../../client/lib/base64url.ts';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../../shared/keys/keyring.ts';
import { limits } from '../../../shared/limits.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { grantCovers, readGrant, verifyGrant } from '../../../shared/request/grant.ts';
import { mintGrant } from '../../../shared/request/mint-grant.ts';
import vectors from '../../vectors/signature.json' with { type: 'json' };

const root = (kid: string, byte: number) => ({
  kty: 'oct',
  kid,
  k: Buffer.alloc(32, byte).toString('base64url'),
});
const ring = rootKeyring(nodeCrypto, JSON.stringify({ keys: [root('r1', 1), root('r2', 2)] }));
const keyOf = (tenant = 'acme', kid = 'r1.1'): string => ring.signingKey(tenant, kid) ?? '';

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const header = { alg: 'HS256', typ: 'signet-grant+jwt', kid: 'r1.1' };
const claims = { iss: 'acme', scope: 'a/*', exp: 1_893_456_000 };

/** A token that is signed as it should be, whatever stands in it. */
function token(head: unknown = header, body: unknown = claims, key = keyOf()): string {
  const input = `${part(head)}.${part(body)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

function outcome(text: string, tenant = 'acme'): string {
  try {
    verifyGrant(nodeCrypto, ring, text, tenant);
    return 'accepted';
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.code : `threw ${String(thrown)}`;
  }
}

describe('a grant', () => {
  const own = rootKeyring(
    nodeCrypto,
    JSON.stringify({ keys: [{ kty: 'oct', kid: 'r1', k: vectors.root }] }),
  );

  it.each(vectors.grants)('of the vectors is minted and read: $comment', async (vector) => {
    const { kid, claims: said, grant } = vector;
    const signingKey = own.signingKey(said.iss, kid) ?? '';
    const { iss, scope, exp, presets } = { presets: undefined, ...said };
    const asked = { scope: [scope], exp, ...(presets === undefined ? {} : { presets }) };
    expect(await mintGrant(iss, asked, { kid, signingKey })).toBe(grant);
    expect(verifyGrant(nodeCrypto, own, grant, iss)).toEqual({
      kid,
      scope: [scope],
      exp,
      nbf: undefined,
      presets,
    });
  });

  it('may say when and as what it was made: libraries add that', () => {
    const more = { ...claims, iat: 1_700_000_000, jti: 'x', sub: 'y' };
    expect(outcome(token(header, more))).toBe('accepted');
  });

  it('may write its header and claims in any order', () => {
    const turned = { kid: 'r1.1', typ: header.typ, alg: 'HS256' };
    expect(outcome(token(turned, { exp: claims.exp, scope: ['a/*'], iss: 'acme' }))).toBe(
      'accepted',
    );
  });

  it('is one of its tenant alone, of fifty and fifty', () => {
    const tenants = Array.from({ length: 50 }, (_, at) => `t${at}`);
    const tokens = tenants.map((iss) => token(header, { ...claims, iss }, keyOf(iss)));
    let accepted = 0;
    for (const [at, text] of tokens.entries())
      for (const [of, tenant] of tenants.entries()) {
        const ended = outcome(text, tenant);
        if (ended === 'accepted') accepted += 1;
        expect(ended === 'accepted').toBe(at === of);
      }
    expect(accepted).toBe(50);
  });

  it('covers a source, all below a folder, or all of a tenant', () => {
    const grant = readGrant(
      token(header, { ...claims, scope: ['a.jpg', 'b/c/*', 'd*'] }),
      'acme',
      nodeCrypto.decode,
    );
    const covered = ['a.jpg', 'b/c/x', 'b/c/d/e', 'd*'];
    const not = ['a.jpgx', 'A.jpg', 'b/c', 'b/cx', 'b/c2/x', 'dx', 'b/C/x', ''];
    expect(covered.filter((path) => grantCovers(grant, path))).toEqual(covered);
    expect(not.filter((path) => grantCovers(grant, path))).toEqual([]);
    const all = readGrant(token(header, { ...claims, scope: '*' }), 'acme', nodeCrypto.decode);
    expect([...covered, ...not].every((path) => grantCovers(all, path))).toBe(true);
  });
});

/** Tokens that are signed with the right key, and are none all the same. */
const signed: readonly (readonly [string, string])[] = [
  ['no algorithm', token({ ...header, alg: 'none' })],
  ['another algorithm', token({ ...header, alg: 'HS512' })],
  ['an algorithm of key pairs', token({ ...header, alg: 'RS256' })],
  ['small letters for the algorithm', token({ ...header, alg: 'hs256' })],
  ['another type', token({ ...header, typ: 'JWT' })],
  ['no type', token({ alg: 'HS256', kid: 'r1.1' })],
  ['no kid', token({ alg: 'HS256', typ: header.typ })],
  ['a kid of a file', token({ ...header, kid: '../../r1.1' })],
  ['a kid of a database', token({ ...header, kid: "r1.1' or '1'='1" })],
  ['a kid of every object', token({ ...header, kid: '__proto__' })],
  ['a kid that is a number', token({ ...header, kid: 1 })],
  ['the continuation’s kid', token({ ...header, kid: 'r1.0' }, claims, keyOf('acme', 'r1.0'))],
  ['a key in the header', token({ ...header, jwk: { kty: 'oct', k: 'AA' } })],
  ['a URL of keys in the header', token({ ...header, jku: 'https://evil.example/keys' })],
  ['a certificate in the header', token({ ...header, x5u: 'https://evil.example/c' })],
  ['something critical', token({ ...header, crit: ['exp'] })],
  ['an unencoded payload', token({ ...header, b64: false, crit: ['b64'] })],
  ['another tenant', token(header, { ...claims, iss: 'shop' })],
  ['no tenant', token(header, { scope: 'a/*', exp: claims.exp })],
  ['two tenants', token(header, { ...claims, iss: ['acme', 'shop'] })],
  ['no scope', token(header, { iss: 'acme', exp: claims.exp })],
  ['an empty list of scopes', token(header, { ...claims, scope: [] })],
  ['too many scopes', token(header, { ...claims, scope: Array(17).fill('a') })],
  ['a scope above', token(header, { ...claims, scope: '../*' })],
  ['an absolute scope', token(header, { ...claims, scope: '/a' })],
  ['a scope of all that begins so', token(header, { ...claims, scope: 'a//*' })],
  ['a scope that is an object', token(header, { ...claims, scope: { a: 1 } })],
  ['no expiry', token(header, { iss: 'acme', scope: '*' })],
  ['an expiry in milliseconds', token(header, { ...claims, exp: 1_893_456_000_000 })],
  ['an expiry as a text', token(header, { ...claims, exp: '1893456000' })],
  ['a fraction of a second', token(header, { ...claims, exp: 1_893_456_000.5 })],
  ['an expiry below zero', token(header, { ...claims, exp: -1 })],
  ['a begin as a text', token(header, { ...claims, nbf: 'now' })],
  ['a begin that is nothing', token(header, { ...claims, nbf: null })],
  ['no preset', token(header, { ...claims, presets: [] })],
  ['presets that are a text', token(header, { ...claims, presets: 'thumb' })],
  ['a claim with a slip', token(header, { ...claims, preset: ['thumb'] })],
  ['an audience', token(header, { ...claims, aud: 'x' })],
  ['claims that are a list', token(header, [claims])],
  ['claims that are a text', token(header, '"acme"')],
  ['claims that are no JSON', token(header, 'acme')],
  ['claims that are nothing', token(header, 'null')],
  ['a header that is no JSON', token('x')],
  ['a header that is a list', token([header])],
  ['another generation’s key', token(header, claims, keyOf('acme', 'r1.2'))],
  ['another root’s key', token(header, claims, keyOf('acme', 'r2.1'))],
  ['an unknown root', token({ ...header, kid: 'r9.1' })],
  [
    'the key decoded',
    token(header, claims, Buffer.from(keyOf().slice(4), 'base64url').toString('latin1')),
  ],
  ['an empty key', token(header, claims, '')],
  ['too much', token(header, { ...claims, sub: 'x'.repeat(limits.grantCharacters) })],
];

/** A token whose parts are these bytes, signed as it should be. */
function tokenOfBytes(head: string | Buffer, body: string | Buffer): string {
  const input = `${Buffer.from(head).toString('base64url')}.${Buffer.from(body).toString('base64url')}`;
  return `${input}.${createHmac('sha256', keyOf()).update(input).digest('base64url')}`;
}

/** As long as this, a text in base64url is whole bytes; one more character is none. */
function tokenWithOneMore(): string {
  const body = JSON.stringify({ ...claims, sub: '' });
  const padded = JSON.stringify({ ...claims, sub: 'x'.repeat((3 - (body.length % 3)) % 3) });
  const input = `${part(header)}.${part(padded)}A`;
  return `${input}.${createHmac('sha256', keyOf()).update(input).digest('base64url')}`;
}

const [written, claimed] = [JSON.stringify(header), JSON.stringify(claims)];

/** Signed as it should be, but not JSON in UTF-8 (RFC 8259, section 8.1). */
const badBytes: readonly (readonly [string, string])[] = [
  [
    'claims in Latin-1',
    tokenOfBytes(written, Buffer.from(claimed.replace('a/', 'café/'), 'latin1')),
  ],
  [
    'a header in Latin-1',
    tokenOfBytes(Buffer.from(written.replace('r1', 'ré'), 'latin1'), claimed),
  ],
  ['claims in UTF-16', tokenOfBytes(written, Buffer.from(claimed, 'utf16le'))],
  ['a cut character', tokenOfBytes(written, Buffer.from([...Buffer.from(claimed), 0xc3]))],
  [
    'half a pair',
    tokenOfBytes(written, Buffer.from(claimed.replace('a/', '\u00ed\u00a0\u0080/'), 'latin1')),
  ],
  ['a byte-order mark before the claims', tokenOfBytes(written, `\ufeff${claimed}`)],
  ['a byte-order mark before the header', tokenOfBytes(`\ufeff${written}`, claimed)],
  ['a character too many', tokenWithOneMore()],
];

const good = token();
const [head = '', body = '', sig = ''] = good.split('.');

/** Texts that are not a token, or differ from the signed one. */
const mangled: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['no signature', `${head}.${body}.`],
  ['no signature and no dot', `${head}.${body}`],
  ['no header', `.${body}.${sig}`],
  ['no claims', `${head}..${sig}`],
  ['a part too many', `${good}.x`],
  ['five parts, as if encrypted', `${good}.x.y`],
  ['padding', `${good}=`],
  ['plain base64', good.replace(/[-_]/, '+')],
  ['white space', ` ${good}`],
  ['a line end', `${good}\n`],
  ['quotes', `"${good}"`],
  ['another spelling of the signature', good.slice(0, -1) + nextSpelling(good.at(-1) ?? '')],
  ['another signature', good.slice(0, -2) + (good.endsWith('AA') ? 'BA' : 'AA')],
  ['other claims', `${head}.${part({ ...claims, scope: '*' })}.${sig}`],
  ['an unsigned one of old', `${part({ alg: 'none' })}.${body}.`],
  ['an object', '[object Object]'],
  ['a million dots', '.'.repeat(1_000_000)],
];

/** The last character of 43 carries four bits: four letters decode to the same bytes. */
function nextSpelling(last: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(last) + 1] ?? '_';
}

describe('a token is forbidden, and throws nothing else,', () => {
  it.each(signed)('with %s', (_what, text) => {
    expect(outcome(text)).toBe('forbidden');
  });

  it.each(badBytes)('with %s, and the client reads it no other way', (_what, text) => {
    expect(outcome(text)).toBe('forbidden');
    expect(() => readGrant(text, 'acme', decodeBase64url)).toThrow(Refusal);
  });

  it.each(mangled)('that is %s', (_what, text) => {
    expect(outcome(text)).toBe('forbidden');
  });

  it('with any one character changed', () => {
    const alphabet = 'A9z-_.';
    const changed = [...good].flatMap((own, at) =>
      [...alphabet]
        .filter((letter) => letter !== own)
        .map((letter) => good.slice(0, at) + letter + good.slice(at + 1)),
    );
    const ended = new Set<string>();
    for (const text of changed) ended.add(outcome(text));
    expect([...ended]).toEqual(['forbidden']);
    expect(changed.length).toBeGreaterThan(1_000);
  });
});

describe('a grant is not minted', () => {
  const mint = (request: Partial<Parameters<typeof mintGrant>[1]>) =>
    mintGrant(
      'acme',
      { scope: ['a'], exp: claims.exp, ...request },
      { kid: 'r1.1', signingKey: keyOf() },
    );

  it.each([
    ['for nothing', { scope: [] }, 'a grant needs 1 to 16 scopes'],
    ['for too much', { scope: Array<string>(17).fill('a') }, 'a grant needs 1 to 16 scopes'],
    ['for what is above', { scope: ['../x'] }, /is not a scope: /],
    [
      'in milliseconds',
      { exp: claims.exp * 1_000 },
      'exp is not a time in whole seconds since 1970',
    ],
    [
      'that no cookie holds',
      { scope: Array<string>(16).fill('x'.repeat(200)) },
      /more than 2048 characters/,
    ],
  ])('%s', async (_what, request, message) => {
    await expect(mint(request)).rejects.toThrow(message);
  });
});
