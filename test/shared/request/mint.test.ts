import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { signatureOf, splitUrl } from '../../../shared/recipe/request-url.ts';
import { derivativeKey } from '../../../shared/recipe/storage-key.ts';
import { admit, checkSignature } from '../../../shared/request/admission.ts';
import { roundedExpiry } from '../../../shared/request/expiry.ts';
import { type MintRequest, mint, mintTarget } from '../../../shared/request/mint.ts';
import { negotiate, parse } from '../../../shared/request/stages.ts';
import { separator } from '../../../shared/url/path.ts';
import { sign } from '../../../shared/url/signature.ts';
import { ring, signingKeyOf } from '../keys/known-keys.ts';
import { policyOf, usualFields } from '../policy/policies.ts';
import { someWrittenRecipes, writtenText } from '../recipe/recipes.ts';
import { paths } from '../url/paths.ts';
import { outcome, runs } from './outcome.ts';

const now = 1_800_000_000;
const base = 'https://img.example.com';
const signer = (tenant: string) => ({ kid: 'r1.1', signingKey: signingKeyOf(tenant) });
const minted = (request: MintRequest, own = signer(request.tenant)): string =>
  mint(nodeCrypto, base, request, own);

const usual = policyOf(usualFields);

/** What the edge understands of a URL, short of what a tenant's policy says of it. */
function understood(url: string) {
  const [, uri = '', query = ''] = /^https:\/\/img\.example\.com(\/[^?]*)\?(.*)$/s.exec(url) ?? [];
  const split = splitUrl(uri, query);
  const signer = checkSignature(nodeCrypto, ring, split, signatureOf(split), now);
  const signed = { ...split, ...signer };
  const request = negotiate(parse(signed, admit(signed, usual, now)), undefined, ['avif', 'webp']);
  return { split, key: derivativeKey(request) };
}

/** Somebody's own client: everything signed and encoded as it should be, and nothing checked. */
function carelesslyMinted({ tenant, path, operations, exp }: MintRequest): string {
  const target = `/${[`${tenant}/${path}`, ...operations].join(separator)}`;
  const text = exp === undefined ? undefined : String(exp);
  const sig = sign(nodeCrypto, signingKeyOf(tenant), { kid: 'r1.1', exp: text, target });
  const uri = target.split('/').map(encodeURIComponent).join('/');
  return `${base}${uri}?${text === undefined ? '' : `exp=${text}&`}kid=r1.1&sig=${sig}`;
}

/** Whether the edge reads out of the URL what was meant. */
function edgeAccepts(request: MintRequest): boolean {
  const { tenant, path, operations } = request;
  try {
    const { split } = understood(carelesslyMinted(request));
    const written = operations.length === 0 ? undefined : operations.join(separator);
    return split.tenant === tenant && split.path === path && split.operations === written;
  } catch {
    return false;
  }
}

const tenants = fc.constantFrom('acme', 'a', 'shop-7', 'ACME', 'acme-', '', '..', 'a/b');
const oddOperations = fc.constantFrom(
  ...['', 'resize', 'resize,w_040', 'resize,w_1__op__format,f_jpg', 'nope', 'constructor', ' '],
  ...['format,f_jpeg', 'style,n_thumb', 'style,n_', 'style', 'resize,w_1/x', 'resize,w_1?', '%20'],
  ...['quality,q_80', 'crop', 'version,v_1', 'resize,w_1\n', 'resize,w_１', '__op__', '\ud800'],
);
const operations: fc.Arbitrary<readonly string[]> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...someWrittenRecipes)
      .map((all) => writtenText(all).split(separator)),
  },
  { weight: 2, arbitrary: fc.array(oddOperations, { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.constant([]) },
);
const exps = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(undefined, now, now + 3_600, 9_999_999_999) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, now + 0.5, now * 1_000, 1e21, Number.NaN, 5) },
);

describe('mint', () => {
  it('makes a URL exactly when the edge understands what it was asked for', () => {
    const disagreements: MintRequest[] = [];
    const counts = { made: 0, refused: 0 };
    const requests = fc.record({ tenant: tenants, path: paths, operations, exp: exps });
    const same = fc.property(requests, (request) => {
      const answer = outcome(() => minted(request));
      counts[answer === 'accepted' ? 'made' : 'refused'] += 1;
      if (answer !== (edgeAccepts(request) ? 'accepted' : 'malformed')) disagreements.push(request);
    });
    fc.assert(same, runs(10_000));
    expect(disagreements).toEqual([]);
    expect(counts.made).toBeGreaterThan(1_500);
    expect(counts.refused).toBeGreaterThan(1_500);
  });

  it('makes URLs whose parts the edge reads as they were given', () => {
    const names = ['sale 50%+ (new).jpg', 'it\'s "x" & y=z?#.png', 'café/日本 🐈.webp', 'a,b;c'];
    for (const path of names) {
      const request = { tenant: 'acme', path, operations: ['resize,w_1'], exp: now + 9 };
      const { split, key } = understood(minted(request));
      expect([split.path, split.exp]).toEqual([path, String(now + 9)]);
      expect(key.key).toBe(`acme/${path}__op__resize,w_1__op__format,f_src`);
    }
  });

  const good: MintRequest = { tenant: 'acme', path: 'cat.jpg', operations: [], exp: undefined };

  it.each([
    ['an invalid tenant', { ...good, tenant: 'ACME' }],
    ['no path', { ...good, path: '' }],
    ['a path with a leading slash', { ...good, path: '/cat.jpg' }],
    ['a path upwards', { ...good, path: '../x/cat.jpg' }],
    ['a path with a separator', { ...good, path: 'cat__op__x' }],
    ['a watermark', { ...good, path: '_watermarks/logo.png' }],
    ['half a surrogate pair', { ...good, path: 'a\ud83d' }],
    ['an empty operation', { ...good, operations: [''] }],
    ['an unknown operation', { ...good, operations: ['resise,w_1'] }],
    ['an operation twice', { ...good, operations: ['resize,w_1', 'resize,w_1'] }],
    ['a preset beside another operation', { ...good, operations: ['style,n_a', 'resize,w_1'] }],
    ['an expiry in milliseconds', { ...good, exp: now * 1_000 }],
    ['an expiry in parts of seconds', { ...good, exp: now + 0.25 }],
    ['an expiry that is no number', { ...good, exp: Number.NaN }],
    [
      'a key of more than 1,024 bytes',
      {
        ...good,
        tenant: 'x'.repeat(63),
        path: 'é'.repeat(350),
        operations: [
          `version,v_${'r'.repeat(32)}`,
          'orient,o_0',
          'crop,x_9999999,y_9999999,w_8192,h_8192,g_center',
          'rotate,a_359',
          'flip,d_hv',
          'resize,m_fill,w_8192,h_4096,limit_0,fx_33,fy_37',
          'blur,s_50',
          'sharpen,s_399',
          'quality,q_100',
          'format,f_webp',
        ],
      },
    ],
  ] as readonly (readonly [string, MintRequest])[])('refuses %s', (_what, request) => {
    expect(outcome(() => minted(request, signer('acme')))).toBe('malformed');
  });

  it.each(['r1', 'R1.1', '', 'r1.01', 'r1.1&w=1'])('refuses to sign as %j', (kid) => {
    expect(outcome(() => minted(good, { kid, signingKey: 'sgn_' }))).toBe('malformed');
  });

  it('takes the address of the service with and without a slash at its end', () => {
    const url = minted(good);
    expect(mint(nodeCrypto, `${base}/`, good, signer('acme'))).toBe(url);
    expect(url).toMatch(/^https:\/\/img\.example\.com\/acme\/cat\.jpg\?kid=r1\.1&sig=[\w-]{43}$/);
  });

  it('signs the operations as they were written', () => {
    const written = ['format,f_auto', 'resize,h_3,w_4'];
    expect(mintTarget({ ...good, operations: written })).toBe(
      '/acme/cat.jpg__op__format,f_auto__op__resize,h_3,w_4',
    );
  });
});

describe('a rounded expiry', () => {
  const times = fc.integer({ min: 1_500_000_000, max: 2_500_000_000 });
  const lifetimes = fc.integer({ min: 1, max: 31_536_000 });

  it('is never further away than the lifetime, and at least three quarters of it', () => {
    const bounded = fc.property(times, lifetimes, (time, lifetime) => {
      const left = roundedExpiry(time, lifetime) - time;
      expect(Number.isInteger(left)).toBe(true);
      expect(left).toBeLessThanOrEqual(lifetime);
      expect(left).toBeGreaterThanOrEqual(Math.floor(lifetime / 4) * 3);
    });
    fc.assert(bounded, runs(5_000));
  });

  it('is the same for a quarter of the lifetime, and for no longer', () => {
    const stable = fc.property(times, fc.integer({ min: 4, max: 1_000_000 }), (time, lifetime) => {
      const quarter = Math.floor(lifetime / 4);
      const began = time - (time % quarter);
      const first = roundedExpiry(began, lifetime);
      expect(roundedExpiry(time, lifetime)).toBe(first);
      expect(roundedExpiry(began + quarter - 1, lifetime)).toBe(first);
      expect(roundedExpiry(began + quarter, lifetime)).toBe(first + quarter);
    });
    fc.assert(stable, runs(2_000));
  });

  it.each([
    [1_800_000_000, 3_600, 1_800_003_600],
    [1_800_000_899, 3_600, 1_800_003_600],
    [1_800_000_900, 3_600, 1_800_004_500],
  ])('at %i for %i seconds is %i', (time, lifetime, exp) => {
    expect(roundedExpiry(time, lifetime)).toBe(exp);
  });
});
