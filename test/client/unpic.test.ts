import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpicRecipe } from '../../client/lib/unpic-recipe.ts';
import { signet, withGrant } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { extract, generate, transform, type UnpicOperations } from '../../client/unpic.ts';
import { runs } from '../shared/request/outcome.ts';
import { legalPaths } from '../shared/url/paths.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);
const place = { url: acme.url, tenant: 'acme' };
const base = 'https://img.example.com/acme';

describe('a request of unpic', () => {
  it.each<[UnpicOperations, string]>([
    [{}, 'format,f_auto'],
    [{ width: 400 }, 'resize,w_400__op__format,f_auto'],
    [{ width: '400', quality: '60' }, 'resize,w_400__op__quality,q_60__op__format,f_auto'],
    [{ width: 400.4, height: 299.6 }, 'resize,m_fill,w_400,h_300__op__format,f_auto'],
    [{ height: 300, format: 'jpeg' }, 'resize,h_300__op__format,f_jpg'],
    [
      { width: 4, height: 3, resize: { m: 'pad', color: 'FF0000' } },
      'resize,m_pad,color_FF0000,w_4,h_3__op__format,f_auto',
    ],
    [{ resize: { p: 50 } }, 'resize,p_50__op__format,f_auto'],
    [
      { width: 4, grayscale: true, blur: { s: 3 } },
      'grayscale__op__blur,s_3__op__resize,w_4__op__format,f_auto',
    ],
  ])('%j becomes a recipe', async (operations, recipe) => {
    const grant = await images.grant({ scope: '*' });
    const url = generate('/a b.jpg', operations, { ...place, grant });
    expect(url).toBe(`${base}/a%20b.jpg__op__${recipe}?grant=${grant}`);
    expect(await edge(url, 'image/webp')).toMatch(/^acme\/a b\.jpg__op__.*format,f_(?:webp|jpg)$/);
  });

  it('ignores operations without a value', () => {
    const nothing = { width: undefined, height: undefined, format: undefined, quality: undefined };
    const url = generate('a.jpg', nothing as unknown as UnpicOperations, place);
    expect(url).toBe(`${base}/a.jpg__op__format,f_auto`);
  });

  it('can be rendered at every size, with its aspect ratio', () => {
    const side = fc.integer({ min: 1, max: 20_000 });
    const exact = strict(withGrant(place));
    const checkSize = (width: number, height: number): void => {
      const url = exact.url('a.jpg', unpicRecipe({ width, height }));
      const [, w, h] = /resize,m_fill,w_(\d+),h_(\d+)/.exec(url) ?? [];
      const [ratio, asked] = [Number(w) / Number(h), width / height];
      // A side is a whole number of pixels and at least 1.
      if (Number(w) > 1 && Number(h) > 1)
        expect(Math.abs(Math.log(ratio / asked))).toBeLessThan(1.1 / Math.min(+`${w}`, +`${h}`));
    };
    fc.assert(fc.property(side, side, checkSize), runs(500));
    expect(exact.url('a.jpg', unpicRecipe({ width: 6016, height: 12_032 }))).toContain(
      'w_4096,h_8192',
    );
    expect(exact.url('a.jpg', unpicRecipe({ width: 9_000 }))).toContain('resize,w_8192__op__');
  });

  it.each<[UnpicOperations, RegExp]>([
    [{ width: 'wide' }, /^resize: w must be text or a whole number$/],
    [{ quality: 'low' }, /^quality: q must be text or a whole number$/],
    [{ blurr: 3 } as UnpicOperations, /^there is no operation "blurr"; did you mean "blur"\?$/],
    [{ format: 'a,b' }, /is not written as parameter_value$/],
  ])('%j is refused', async (operations, message) => {
    const refused = await refusalOf(() => generate('a.jpg', operations, place));
    expect(refused).toMatchObject({ code: 'malformed', message: expect.stringMatching(message) });
  });

  it.each([
    'https://elsewhere.example/acme/a.jpg',
    'https://img.example.com/other/a.jpg',
    'https://img.example.com.evil.example/acme/a.jpg',
    '//elsewhere.example/a.jpg',
    'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
    `${base}/a.jpg__op__style,n_thumb`,
    `${base}/a.jpg?x-oss-process=style/thumb`,
    `${base}/%ff.jpg`,
  ])('is refused for %s, which is not a readable source', async (src) => {
    for (const make of [generate, transform])
      expect(await refusalOf(() => make(src, { width: 4 }, place))).toMatchObject({
        code: 'malformed',
        message: expect.stringMatching(/is an address, not a source path$/),
      });
  });

  it('is refused without a place', async () => {
    const refused = await refusalOf(() => generate('a.jpg', { width: 4 }));
    expect(refused?.message).toMatch(/^url \(SIGNET_URL\) must be exactly http\(s\):\/\/HOST;/);
  });
});

describe('a URL', () => {
  const recipe = {
    resize: { m: 'pad', w: 400, h: 300, color: '000000' },
    rotate: 90,
    grayscale: true,
    quality: 60,
    format: 'webp',
  } as const;
  const operations = {
    ...{ width: 400, height: 300, resize: { m: 'pad', color: '000000' } },
    ...{ rotate: { a: 90 }, grayscale: true, quality: 60, format: 'webp' },
  };

  it('is read as path and operations, without its signature, version and download', async () => {
    const url = await images.url('ä/1+.jpg', { ...recipe, download: 'cat' }, { version: '3f' });
    const options = place;
    expect(extract(url, place)).toEqual({ src: '/ä/1+.jpg', operations, options });
    expect(extract(url)).toEqual({ src: '/ä/1+.jpg', operations, options });
    expect(extract(new URL(url))).toEqual({ src: '/ä/1+.jpg', operations, options });
  });

  it('keeps its grant', async () => {
    const granted = images.withGrant(await images.grant({ scope: '*' }));
    const url = granted.url('a.jpg', recipe);
    const [, grant] = url.split('?grant=');
    expect(extract(url, place)?.options).toEqual({ ...place, grant });
    const wider = transform(url, { width: 800 });
    expect(await edge(wider)).toBe(
      'acme/a.jpg__op__rotate,a_90__op__resize,m_pad,w_800,h_300,color_000000__op__grayscale__op__quality,q_60__op__format,f_webp',
    );
  });

  it('has no tenant on a host of its own', () => {
    const own = { url: 'https://img.acme.com/', tenant: 'acme', ownHost: true };
    const url = generate('/a/b.jpg', { width: 4 }, own);
    expect(url).toBe('https://img.acme.com/a/b.jpg__op__resize,w_4__op__format,f_auto');
    expect(extract(url, own)).toMatchObject({ src: '/a/b.jpg', operations: { width: 4 } });
  });

  it.each([
    'a.jpg',
    '/a.jpg',
    'https://img.example.com/a.jpg',
    'https://img.example.com/Not-A-Tenant/a.jpg',
    'https://img.example.com/acme/',
    'https://img.example.com/acme/a.jpg__op__style,n_thumb',
    'https://img.example.com/acme/a.jpg__op__quality,Q_60',
    'https://img.example.com/acme/a.jpg?exp=1&x-bce-process=image/grayscale',
    'https://img.example.com/acme/%zz.jpg',
    '',
  ])('cannot be read from %j', (url) => {
    expect(extract(url)).toBeNull();
  });

  it('is reproduced from what was read, for every path', () => {
    const options = place;
    const roundTrip = (path: string): void => {
      const url = withGrant(place).url(path, unpicRecipe({ width: 7, height: 5, quality: 60 }));
      expect(transform(url, {})).toBe(url);
      const found = extract(url, options);
      expect(found?.src).toBe(`/${path}`);
      expect(generate(url, { width: 9 }, options)).toBe(
        generate(`/${path}`, { width: 9 }, options),
      );
    };
    fc.assert(fc.property(legalPaths, roundTrip), runs(500));
  });

  it('gets the new operations instead of its own', () => {
    const url = generate('a.jpg', { width: 400, height: 300, format: 'png' }, place);
    const asked = { width: 40, height: 30, format: undefined } as unknown as UnpicOperations;
    expect(transform(url, asked, place)).toBe(
      `${base}/a.jpg__op__resize,m_fill,w_40,h_30__op__format,f_png`,
    );
  });

  it.each<[UnpicOperations, string]>([
    [{}, 'avif'],
    [{ format: 'png' }, 'png'],
  ])(
    'with the operations %j has the format of the options if none is asked: %s',
    (asked, format) => {
      const options = { ...place, format: 'avif' };
      const url = generate('a.jpg', { format: 'webp' }, place);
      for (const made of [generate('a.jpg', asked, options), transform(url, asked, options)])
        expect(made).toBe(`${base}/a.jpg__op__format,f_${format}`);
    },
  );

  it('gets the grant of the options instead of its own', async () => {
    const [old, grant] = [await images.grant({ scope: 'a' }), await images.grant({ scope: '*' })];
    const url = images.withGrant(old).url('a.jpg');
    expect(transform(url, { width: 4 }, { ...place, grant })).toContain(`?grant=${grant}`);
    expect(transform(url, { width: 4 }, { ...place, cookie: true })).not.toContain('?');
  });
});
