import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import {
  type Derivative,
  derivativeKey,
  derivativePrefix,
  parseKey,
} from '../../../shared/recipe/storage-key.ts';
import { utf8Bytes } from '../../../shared/utf8.ts';
import { outcome, runs } from '../request/outcome.ts';
import { legalPaths } from '../url/paths.ts';
import { recipeOf, someWrittenRecipes, writtenText } from './recipes.ts';

const tenants = fc.constantFrom('a', 'ac', 'acme', 'acme-2', 'acme2', 'shop-7', 'x'.repeat(63));
const recipes = fc.constantFrom(
  ...someWrittenRecipes
    .map((written) => recipeOf(writtenText(written)))
    .filter((recipe) => recipe.format !== 'auto'),
);
const derivatives: fc.Arbitrary<Derivative> = fc
  .record({ tenant: tenants, path: legalPaths, recipe: recipes })
  .filter((one) => outcome(() => derivativeKey(one)) === 'accepted');

describe('the key of a derivative', () => {
  it.each([
    ['acme', 'cat.jpg', 'resize,w_400', '/acme/cat.jpg__op__resize,w_400__op__format,f_src'],
    ['acme', 'a b+c.jpg', 'format,f_webp', '/acme/a%20b%2Bc.jpg__op__format,f_webp'],
    ['a', 'ü/日.png', 'crop,x_1', '/a/%C3%BC/%E6%97%A5.png__op__crop,x_1__op__format,f_src'],
    ['a', 'cat_', 'format,f_gif', '/a/cat___op__format,f_gif'],
    ['a', 'cat__', 'format', '/a/cat____op__format,f_src'],
  ])('of %s, %s, %s is %s', (tenant, path, written, uri) => {
    const { key, uri: own } = derivativeKey({ tenant, path, recipe: recipeOf(written) });
    expect(own).toBe(uri);
    expect(`/${key}`).toBe(decodeURIComponent(uri));
    expect(key.startsWith(derivativePrefix({ tenant, path }))).toBe(true);
  });

  it('is read back as the derivative, for any of them', () => {
    const identity = fc.property(derivatives, (derivative) => {
      const { key, uri } = derivativeKey(derivative);
      expect(parseKey(uri)).toEqual(derivative);
      expect(key.startsWith(`${derivative.tenant}/`)).toBe(true);
      expect(utf8Bytes(key)).toBeLessThanOrEqual(limits.keyBytes);
    });
    fc.assert(identity, runs(1_000));
  });

  it('differs for different derivatives', () => {
    const seen = new Map<string, string>();
    const injective = fc.property(derivatives, (derivative) => {
      const { tenant, path, recipe } = derivative;
      const own = JSON.stringify([tenant, path, recipe.text]);
      const { key, uri } = derivativeKey(derivative);
      expect([seen.get(key) ?? own, seen.get(uri) ?? own]).toEqual([own, own]);
      seen.set(key, own).set(uri, own);
    });
    fc.assert(injective, runs(2_000));
  });

  it('is malformed above 1,024 bytes and fine at 1,024', () => {
    const tenant = 'x'.repeat(63);
    const all =
      'orient,o_0__op__crop,x_9999999,y_9999999,w_8192,h_8192,g_center__op__rotate,a_359__op__' +
      'flip,d_hv__op__resize,m_fill,w_8192,h_4096,limit_0,fx_33,fy_37__op__blur,s_50__op__' +
      'sharpen,s_399__op__quality,q_100__op__format,f_webp';
    const recipe = (revision: number) => recipeOf(`version,v_${'r'.repeat(revision)}__op__${all}`);
    const bytes = (path: string, revision: number): number =>
      utf8Bytes(`${tenant}/${path}__op__${recipe(revision).text}`);
    const path = 'é'.repeat(350);
    const fits = 32 - (bytes(path, 32) - limits.keyBytes);
    expect(bytes(path, fits)).toBe(limits.keyBytes);
    const made = (revision: number) => derivativeKey({ tenant, path, recipe: recipe(revision) });
    expect(outcome(() => made(fits))).toBe('accepted');
    expect(outcome(() => parseKey(made(fits).uri))).toBe('accepted');
    expect(outcome(() => made(fits + 1))).toBe('malformed');
    const tooLong = made(fits).uri.replace('version,v_r', 'version,v_rr');
    expect(outcome(() => parseKey(tooLong))).toBe('malformed');
  });
});

/** Keys that mean nearly the same as a canonical key, but are not canonical. */
const spellings: readonly string[] = [
  // No recipe, no format, an unsettled one.
  ...['/acme/cat.jpg', '/acme/cat.jpg__op__', '/acme/cat.jpg__op__resize,w_400'],
  ...[
    '/acme/cat.jpg__op__format',
    '/acme/cat.jpg__op__format,f_auto',
    '/acme/cat.jpg__op__style,n_thumb',
  ],
  ...[
    '/acme/cat.jpg__op__resize,w_400__op__format,f_auto',
    '/acme/cat.jpg__op__style,n_a__op__format,f_jpg',
  ],
  // Another order, defaults written out, aliases, values that normalise.
  ...[
    '/acme/cat.jpg__op__format,f_jpg__op__resize,w_400',
    '/acme/cat.jpg__op__resize,h_3,w_4__op__format,f_src',
  ],
  ...[
    '/acme/cat.jpg__op__resize,w_4,limit_1__op__format,f_src',
    '/acme/cat.jpg__op__orient,o_1__op__format,f_src',
  ],
  ...[
    '/acme/cat.jpg__op__auto-orient,o_0__op__format,f_src',
    '/acme/cat.jpg__op__quality,Q_60__op__format,f_jpg',
  ],
  ...[
    '/acme/cat.jpg__op__quality,q_80__op__format,f_jpg',
    '/acme/cat.jpg__op__quality,q_60__op__format,f_png',
  ],
  ...[
    '/acme/cat.jpg__op__rotate,a_450__op__format,f_src',
    '/acme/cat.jpg__op__blur,r_1,s_2__op__format,f_src',
  ],
  ...[
    '/acme/cat.jpg__op__resize,m_mfit,w_4__op__format,f_src',
    '/acme/cat.jpg__op__resize,p_100__op__format,f_src',
  ],
  ...['/acme/cat.jpg__op__resize,m_pad,w_4,h_4,color_aabbcc__op__format,f_src'],
  // Another encoding.
  ...[
    '/acme/%63at.jpg__op__format,f_src',
    '/acme/cat.jpg%5F%5Fop__format,f_src',
    '/acme/c+t__op__format,f_src',
  ],
  ...[
    '/acme/cat.jpg__op__format%2Cf_src',
    '/acme/caf%c3%a9__op__format,f_src',
    '/acme/(1)__op__format,f_src',
  ],
  ...[
    '/%61cme/cat.jpg__op__format,f_src',
    '/acme/cat.jpg__op__%66ormat,f_src',
    "/acme/it's__op__format,f_src",
  ],
  // Not of the grammar at all.
  ...[
    'acme/cat.jpg__op__format,f_src',
    '//acme/cat.jpg__op__format,f_src',
    '/acme/cat.jpg__op__format,f_src/',
  ],
  ...[
    '/acme/cat.jpg__op__format,f_src?x',
    '/acme/../b/cat.jpg__op__format,f_src',
    '/ACME/c__op__format,f_src',
  ],
  ...[
    '/acme/_watermarks/a.png__op__format,f_src',
    '/acme/cat.jpg__op__format,f_src__op__',
    '',
    '/',
  ],
  ...[
    '/policies/acme.json',
    '/acme/cat.jpg__op__format,f_src\n',
    '/acme/cat.jpg__op__format,f_src%0A',
  ],
  ...[
    '/acme/cat.jpg__op__version,v_1__op__version,v_2__op__format,f_src',
    '/acme/c__op__info__op__format,f_src',
  ],
];

describe('a key is refused', () => {
  it.each(spellings)('as %j', (uri) => {
    expect(outcome(() => parseKey(uri))).toBe('malformed');
  });

  it('in every spelling but the canonical one', () => {
    const escaped = (uri: string, at: number): string => {
      const code = uri.charCodeAt(at).toString(16).toUpperCase();
      return `${uri.slice(0, at)}%${code}${uri.slice(at + 1)}`;
    };
    const spelled = fc.property(derivatives, fc.nat(), (derivative, place) => {
      const { uri } = derivativeKey(derivative);
      const at = 1 + (place % (uri.length - 1));
      const other = uri[at] === '/' || uri[at] === '%' ? `${uri}%20` : escaped(uri, at);
      expect(outcome(() => parseKey(other))).toBe('malformed');
    });
    fc.assert(spelled, runs(1_000));
  });
});
