import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Recipe, SignetError, signet } from '../../client/signet.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { verifyGrant } from '../../shared/grant.ts';
import { rootKeyring } from '../../shared/keyring.ts';
import { mint } from '../../shared/mint.ts';
import { credentialOf, splitUrl } from '../../shared/request-url.ts';
import { checkSignature } from '../../shared/stages.ts';
import vectors from '../vectors/signature.json' with { type: 'json' };

const ring = rootKeyring(
  nodeCrypto,
  JSON.stringify({ keys: [{ kty: 'oct', kid: 'r1', k: vectors.root }] }),
);
const key = ring.signingKey('acme', 'r1.1') ?? '';
const base = { url: 'https://img.example.com', tenant: 'acme', kid: 'r1.1', key } as const;
const images = signet(base);

/** What the edge says of a URL: its target, or the code of a refusal. */
function edge(url: string): string {
  const { pathname, search } = new URL(url);
  const split = splitUrl(pathname, search.slice(1));
  checkSignature(nodeCrypto, ring, split, credentialOf(split), Math.floor(Date.now() / 1_000));
  return split.target;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'minted',
    (thrown: unknown) => (thrown instanceof SignetError ? thrown.message : String(thrown)),
  );

describe('the client', () => {
  it.each<[Recipe, string]>([
    [{ resize: { w: 400 }, format: 'auto' }, 'resize,w_400__op__format,f_auto'],
    [
      { resize: { m: 'fill', w: 400, h: 300 }, quality: { q: 60 } },
      'resize,m_fill,w_400,h_300__op__quality,q_60',
    ],
    [{ grayscale: true, rotate: 90 }, 'grayscale__op__rotate,a_90'],
    [{ 'rounded-corners': 40, version: 'v3' }, 'rounded-corners,r_40__op__version,v_v3'],
    [{ preset: 'thumb' }, 'style,n_thumb'],
    [['resize,w_400', 'format,f_webp'], 'resize,w_400__op__format,f_webp'],
  ])('writes %j as %s', async (recipe, suffix) => {
    expect(edge(await images.url('cat.jpg', recipe))).toBe(`/acme/cat.jpg__op__${suffix}`);
  });

  it('signs as the command line does', async () => {
    const exp = 1_893_456_000;
    const asked = { tenant: 'acme', path: 'a b/ü (1)+.jpg', operations: ['resize,w_400'], exp };
    const expected = mint(nodeCrypto, base.url, asked, { kid: 'r1.1', signingKey: key });
    const expires = new Date(exp * 1_000);
    expect(await images.url(asked.path, { resize: { w: 400 } }, { expires })).toBe(expected);
  });

  it('leaves the tenant out on a host of its own, and signs the long form', async () => {
    const url = await signet({ ...base, ownHost: true }).url('cat.jpg', { format: 'auto' });
    const [, path, query] = /^https:\/\/img\.example\.com(\/cat[^?]*)\?(.*)$/.exec(url) ?? [];
    expect(edge(`${base.url}/acme${path}?${query}`)).toBe('/acme/cat.jpg__op__format,f_auto');
  });

  it('mints what the edge takes, and refuses what it refuses, for any path', async () => {
    const odd = fc.constantFrom(
      '/',
      '.',
      '..',
      '+',
      '%',
      ' ',
      '__op__',
      '__op',
      '漢',
      '\u0000',
      '\\',
      'é',
      "(1)'!*",
      '?#&=;~',
      '_watermarks/',
    );
    const paths = fc.array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 6 })), {
      maxLength: 8,
    });
    const check = fc.asyncProperty(paths, async (parts) => {
      const path = parts.join('');
      const ours = await codeOf(images.url(path, { resize: { w: 40 } }));
      const request = { tenant: 'acme', path, operations: ['resize,w_40'], exp: 1_893_456_000 };
      let theirs = 'minted';
      try {
        mint(nodeCrypto, '', request, { kid: 'r1.1', signingKey: key });
      } catch (thrown) {
        theirs = (thrown as Error).message;
      }
      expect(ours).toBe(theirs);
    });
    await fc.assert(check, { numRuns: 3_000 });
  });

  it('gives each width of a srcset its own signature', async () => {
    const set = await images.srcset('cat.jpg', [320, 640], { resize: { h: 200 }, format: 'auto' });
    const urls = set.split(', ').map((candidate) => candidate.split(' '));
    expect(urls.map(([, width]) => width)).toEqual(['320w', '640w']);
    expect(urls.map(([url = '']) => edge(url))).toEqual([
      '/acme/cat.jpg__op__resize,h_200,w_320__op__format,f_auto',
      '/acme/cat.jpg__op__resize,h_200,w_640__op__format,f_auto',
    ]);
  });

  it.each(vectors.grants)(
    'mints the grant of the vectors: $comment',
    async ({ claims, kid, grant }) => {
      const own = ring.signingKey(claims.iss, kid) ?? '';
      const { presets } = { presets: undefined, ...claims };
      const minted = await signet({ ...base, tenant: claims.iss, kid, key: own }).grant({
        scope: claims.scope,
        expires: new Date(claims.exp * 1_000),
        ...(presets === undefined ? {} : { presets }),
      });
      expect(minted).toBe(grant);
      expect(await verifyGrant(ring, minted, claims.iss)).toMatchObject({ exp: claims.exp });
    },
  );

  it('reads what keys show --env prints', async () => {
    for (const [name, value] of Object.entries(base))
      vi.stubEnv(`SIGNET_${name.toUpperCase()}`, value);
    expect(edge(await signet().url('cat.jpg'))).toBe('/acme/cat.jpg');
    vi.unstubAllEnvs();
  });
});

describe('what is wrong is said when minting:', () => {
  it.each([
    ['no address', { url: 'img.example.com' }, /^url \(SIGNET_URL\)/],
    ['no tenant', { tenant: 'Acme' }, /^tenant \(SIGNET_TENANT\)/],
    ['no kid', { kid: 'r1' }, /^kid \(SIGNET_KID\)/],
    ['a key with a space', { key: `${key} ` }, /^key \(SIGNET_KEY\) is not 47 characters/],
    ['a key decoded', { key: Buffer.from(key.slice(4), 'base64url').toString('hex') }, /^key/],
  ])('%s, and the key is never repeated', (_what, change, message) => {
    const make = () => signet({ ...base, ...change });
    expect(make).toThrow(message);
    expect(make).not.toThrow(key.slice(4, 20));
  });

  it.each([
    [
      'an unknown operation',
      () => images.url('a', { blurr: 1 } as Recipe),
      /^there is no operation blurr/,
    ],
    [
      'one of every object',
      () => images.url('a', { constructor: 1 } as Recipe),
      /no operation constr/,
    ],
    [
      'an unknown letter',
      () => images.url('a', { resize: { z: 1 } } as Recipe),
      /^resize has no z; /,
    ],
    [
      'a value without its letter',
      () => images.url('a', { resize: 400 }),
      /takes its values by letters/,
    ],
    [
      'an expiry in milliseconds',
      () => images.url('a', {}, { expires: Date.now() }),
      /not milliseconds/,
    ],
    ['an expiry in the past', () => images.url('a', {}, { expires: new Date(0) }), /in the past/],
    ['half a second', () => images.url('a', {}, { expires: 0.5 }), /whole number of seconds/],
    ['a path above', () => images.url('../a'), /has a \. or \.\. segment/],
    ['a scope above', () => images.grant({ scope: '../*' }), /is no scope/],
    [
      'too many scopes',
      () => images.grant({ scope: Array<string>(17).fill('a') }),
      /1 to 16 scopes/,
    ],
  ])('%s', async (_what, work, message) => {
    expect(await codeOf(work())).toMatch(message);
  });

  it('a recipe that there is not does not compile', () => {
    // @ts-expect-error: resize has no z
    const wrong: Recipe = { resize: { z: 1 } };
    // @ts-expect-error: there is no such operation
    const unknown: Recipe = { blurr: 1 };
    expect([wrong, unknown]).toHaveLength(2);
  });
});

it('is 4 kB at most, and asks for nothing of Node', async () => {
  const { outputFiles, metafile } = await build({
    ...{ entryPoints: ['client/signet.ts'], bundle: true, minify: true, format: 'esm' },
    ...{ platform: 'browser', target: 'es2023', write: false, metafile: true },
  });
  const size = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
  expect(size).toBeGreaterThan(500);
  expect(size).toBeLessThanOrEqual(4_096);
  const outside = Object.keys(metafile.inputs).filter((file) => !/^(?:client|shared)\//.test(file));
  expect(outside).toEqual([]);
});
