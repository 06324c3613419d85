import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type GrantRequest, signet, withGrant } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { verifyGrant } from '../../shared/request/grant.ts';
import { mintGrant } from '../../shared/request/mint-grant.ts';
import { ring } from '../shared/keys/known-keys.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);
const expires = new Date(1_893_456_000_000);
const exp = 1_893_456_000;

afterEach(() => {
  vi.useRealTimers();
});

describe('a grant', () => {
  it.each<[GrantRequest, object]>([
    [
      { scope: 'albums/2026/*', expires },
      { scope: ['albums/2026/*'], exp },
    ],
    [
      { scope: ['a', 'é/*'], expires },
      { scope: ['a', 'é/*'], exp },
    ],
    [
      { scope: '*', expires, presets: ['thumb'], notBefore: new Date(1_000_500) },
      { scope: ['*'], exp, presets: ['thumb'], nbf: 1_000 },
    ],
  ])('of %j equals that of the command line', async (request, asked) => {
    const grant = await images.grant(request);
    const signer = { kid: acme.kid, signingKey: acme.key };
    expect(grant).toBe(await mintGrant('acme', asked as Parameters<typeof mintGrant>[1], signer));
    expect(verifyGrant(nodeCrypto, ring, grant, 'acme')).toMatchObject(asked);
  });

  it('has a fixed order of header fields and claims', async () => {
    const notBefore = new Date(1_000_000);
    const grant = await images.grant({ scope: 'a', expires, presets: ['p'], notBefore });
    expect(JSON.stringify(decodeProtectedHeader(grant))).toBe(
      '{"alg":"HS256","typ":"signet-grant+jwt","kid":"r1.1"}',
    );
    expect(JSON.stringify(decodeJwt(grant))).toBe(
      '{"iss":"acme","scope":"a","exp":1893456000,"nbf":1000,"presets":["p"]}',
    );
  });

  it('may have one preset as text', async () => {
    const grant = await images.grant({ scope: 'a', presets: 'thumb' });
    expect(decodeJwt(grant)['presets']).toEqual(['thumb']);
  });

  it('lives one hour by default, rounded like URLs', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-07-01T00:00:07Z'), toFake: ['Date'] });
    expect(decodeJwt(await images.grant({ scope: '*' })).exp).toBe(1_782_867_600);
  });

  it.each<[GrantRequest, RegExp]>([
    [{ scope: [] }, /^a grant needs 1 to 16 scopes$/],
    [{ scope: Array<string>(17).fill('a') }, /^a grant needs 1 to 16 scopes$/],
    [{ scope: '../*' }, /^"\.\.\/\*" is not a scope: the path has a \. or \.\. segment$/],
    [{ scope: '/*' }, /^"\/\*" is not a scope: the path begins with a slash/],
    [{ scope: '_watermarks/*' }, /is not a scope: the path begins with _watermarks/],
    [{ scope: '' }, /^a grant needs 1 to 16 scopes$/],
    [{ scope: '*', expires: 'never' } as unknown as GrantRequest, /^a grant must expire$/],
    [{ scope: '*', preset: 'thumb' } as unknown as GrantRequest, /^a grant has no preset$/],
    [{ scope: '*', exp: 4_000_000_000 } as unknown as GrantRequest, /^a grant has no exp$/],
    [{ scope: '*', presets: [] }, /^presets or notBefore is invalid$/],
    [{ scope: '*', notBefore: new Date('') }, /^presets or notBefore is invalid$/],
    [
      { scope: Array.from({ length: 4 }, (_, at) => `${at}${'a'.repeat(600)}`) },
      /^the grant is longer than 2048 bytes; name fewer scopes$/,
    ],
  ])('of %j is refused', async (request, message) => {
    const refused = await refusalOf(() => images.grant(request));
    expect(refused).toMatchObject({ code: 'malformed', message: expect.stringMatching(message) });
  });

  it('is refused for the same scopes as at the edge', async () => {
    for (const scope of [
      'a/*',
      'a*',
      '**',
      'a/*/b',
      '*/',
      'a/../*',
      'a\\*',
      '__op__/*',
      '.',
      '*',
    ]) {
      const signer = { kid: acme.kid, signingKey: acme.key };
      const theirs = await refusalOf(() => mintGrant('acme', { scope: [scope], exp }, signer));
      expect(await refusalOf(() => images.grant({ scope, expires }))).toEqual(theirs);
    }
  });
});

describe('a minter with a grant', () => {
  it('writes URLs that the edge accepts, synchronously', async () => {
    const granted = images.withGrant(await images.grant({ scope: 'a/*' }));
    const url = granted.url('a/ü 1+.jpg', { resize: { w: 4 }, format: 'webp' });
    expect(url).toMatch(
      /^https:\/\/img\.example\.com\/acme\/a\/%C3%BC%201%2B\.jpg__op__.*\?grant=/,
    );
    expect(await edge(url)).toBe('acme/a/ü 1+.jpg__op__resize,w_4__op__format,f_webp');
    expect(await edge(granted.url('b.jpg'))).toBe('denied_scope');
    const srcset = granted.srcset('a/b.jpg', {}, { widths: [1, 2] });
    const urls = srcset.split(', ').map((one) => one.split(' ')[0] ?? '');
    expect(await Promise.all(urls.map((one) => edge(one)))).toEqual([
      'acme/a/b.jpg__op__resize,w_1__op__format,f_src',
      'acme/a/b.jpg__op__resize,w_2__op__format,f_src',
    ]);
    expect(granted.picture('a/b.jpg', [], { widths: [1] }).img.srcset).toBe(
      granted.srcset('a/b.jpg', [], { widths: [1] }),
    );
  });

  it('accepts a recipe in the spelling of another service', async () => {
    const granted = images.withGrant(await images.grant({ scope: '*' }));
    const url = granted.url('a.jpg', 'x-oss-process=style/thumb');
    expect(await edge(url, 'image/webp')).toBe(
      'acme/a.jpg__op__resize,m_fill,w_200,h_200__op__format,f_webp',
    );
  });

  it('writes no grant into URLs if it is sent as a cookie', async () => {
    const grant = await images.grant({ scope: '*' });
    for (const granted of [
      images.withGrant(grant, { cookie: true }),
      withGrant({ url: acme.url, tenant: 'acme' }),
      withGrant({ url: acme.url, tenant: 'acme', grant, cookie: true }),
    ]) {
      const url = granted.url('a.jpg', 'grayscale');
      expect(url).toBe('https://img.example.com/acme/a.jpg__op__grayscale');
      expect(await edge(url, undefined, `x=1; signet-grant=${grant}`)).toMatch(
        /^acme\/a\.jpg__op__/,
      );
      expect(await edge(url)).toBe('forbidden');
    }
  });

  it('needs no signing key', async () => {
    const grant = await images.grant({ scope: '*' });
    const browser = withGrant({
      url: 'https://img.acme.com',
      tenant: 'acme',
      grant,
      ownHost: true,
    });
    const url = browser.url('a.jpg');
    expect(url).toBe(`https://img.acme.com/a.jpg?grant=${grant}`);
    expect(await edge(url)).toBe('acme/a.jpg__op__format,f_src');
  });

  it('refuses the same requests as a signing minter', async () => {
    const granted = withGrant({ url: acme.url, tenant: 'acme' });
    expect((await refusalOf(() => granted.url('../a')))?.message).toMatch(/segment/);
    expect((await refusalOf(() => granted.url('a', 'blurr')))?.message).toMatch(/no operation/);
    expect((await refusalOf(() => withGrant({ url: '', tenant: 'acme' })))?.message).toMatch(
      /^url/,
    );
  });

  it.each(['', 'a.b.c', `${'a'.repeat(2_048)}.b.${'c'.repeat(43)}`, `a.b.${'c'.repeat(43)}&x=y`])(
    'rejects the grant %j',
    async (grant) => {
      expect(await refusalOf(() => withGrant({ url: acme.url, tenant: 'acme', grant }))).toEqual({
        code: 'forbidden',
        message: 'the grant is malformed',
      });
    },
  );

  it('runs its checks in order', () => {
    const adding = (operation: string) => ({
      url: (one: { readonly operations: readonly string[] }) => [...one.operations, operation],
    });
    const granted = withGrant({ url: acme.url, tenant: 'acme' });
    const checked = granted.checkedBy(adding('grayscale')).checkedBy(adding('blur,s_3'));
    expect(checked.url('a')).toBe('https://img.example.com/acme/a__op__grayscale__op__blur,s_3');
  });

  it.each([
    ['version', 'version,v_1'],
    ['download', 'download,n_cat'],
    ['download', 'download'],
  ])('writes no %s if it is strict, because a grant does not allow %s', async (name, written) => {
    const granted = images.withGrant(await images.grant({ scope: '*' }));
    expect(await edge(granted.url('a', written))).toBe('denied_operation');
    expect(await refusalOf(() => strict(granted).url('a', written))).toMatchObject({
      code: 'denied_operation',
      message: `${name} needs a signature of the URL itself; a grant does not cover it`,
    });
    expect(await refusalOf(() => strict(images).url('a', written))).toBeUndefined();
  });
});
