import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Attributes, html as printHtml } from '../../client/html.ts';
import { withPolicy } from '../../client/policy.ts';
import { type Picture, type Recipe, signet, type UrlOptions } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { mint } from '../../shared/request/mint.ts';
import { signingKeyOf } from '../shared/keys/known-keys.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);

/** The operations in a URL, which the edge must accept. */
async function sentOperations(recipe?: Recipe, options?: UrlOptions): Promise<string> {
  const url = await images.url('cat.jpg', recipe, options);
  expect(await edge(url)).toMatch(/^acme\/cat\.jpg__op__/);
  return decodeURIComponent(new URL(url).pathname).replace('/acme/cat.jpg', '');
}

const messageOf = async (mint: () => unknown): Promise<string> =>
  (await refusalOf(mint))?.message ?? '';

afterEach(() => {
  vi.unstubAllEnvs();
});

const wrong = (name: string, what: string): string =>
  `${name} (SIGNET_${name.toUpperCase()}) must be exactly ${what}; npx signet keys show TENANT --env prints it`;

const notSet = (name: string): string =>
  `${name} is not given and SIGNET_${name.toUpperCase()} is not set; npx signet keys show TENANT --env prints it`;

describe('a recipe', () => {
  it.each<[Recipe, string]>([
    [{ resize: { w: 400 }, format: 'auto' }, '__op__resize,w_400__op__format,f_auto'],
    [
      { resize: { m: 'fill', w: 4, h: 3 }, quality: { q: 60 } },
      '__op__resize,m_fill,w_4,h_3__op__quality,q_60',
    ],
    [{ grayscale: true, rotate: -90 }, '__op__grayscale__op__rotate,a_-90'],
    [{ download: true, frames: 1 }, '__op__download__op__frames,n_1'],
    [{ download: 'cat-7' }, '__op__download,n_cat-7'],
    [{ download: { n: 7 }, preset: 'thumb' }, '__op__download,n_7__op__style,n_thumb'],
    [{ download: {}, frames: { n: 1 } }, '__op__download__op__frames,n_1'],
    [{ quality: 60, version: 'v3' }, '__op__quality,q_60__op__version,v_v3'],
    [
      { 'rounded-corners': 40, background: 'f4efe6' },
      '__op__rounded-corners,r_40__op__background,color_f4efe6',
    ],
    [{ watermark: 'logo.2', flip: 'h' }, '__op__watermark,i_logo.2__op__flip,d_h'],
    [{ preset: 'thumb', format: 'webp' }, '__op__style,n_thumb__op__format,f_webp'],
    [{ preset: 'list_small.v2' }, '__op__style,n_list_small.v2'],
    [{ info: true }, '__op__info'],
    ['resize,w_400', '__op__resize,w_400'],
    ['resize,w_400__op__format,f_webp', '__op__resize,w_400__op__format,f_webp'],
    [['auto-orient,o_0', 'quality,Q_60'], '__op__auto-orient,o_0__op__quality,Q_60'],
    [[], ''],
    [{}, ''],
  ])('%j is sent as %s', async (recipe, suffix) => {
    expect(await sentOperations(recipe)).toBe(suffix);
  });

  it('may be left out', async () => {
    expect(await sentOperations()).toBe('');
  });

  it('ignores undefined, null and false', async () => {
    const recipe = {
      resize: { w: 4, h: undefined },
      blur: undefined,
      grayscale: false,
      rotate: null,
    };
    expect(await sentOperations(recipe as unknown as Recipe)).toBe('__op__resize,w_4');
  });

  it('gets the version of its source in addition', async () => {
    expect(await sentOperations('grayscale', { version: 3 })).toBe(
      '__op__grayscale__op__version,v_3',
    );
    expect(await sentOperations({ grayscale: true }, { version: 'a-1' })).toBe(
      '__op__grayscale__op__version,v_a-1',
    );
  });

  it.each([
    [
      'x-oss-process=image/resize,w_400/format,webp',
      'acme/cat.jpg__op__resize,w_400__op__format,f_webp',
    ],
    [
      'x-bce-process=image/resize,w_400',
      'acme/cat.jpg__op__resize,w_400,limit_0__op__format,f_src',
    ],
    [
      'x-oss-process=image/watermark,image_YS9tYXJrcw==,P_20',
      'acme/cat.jpg__op__watermark,i_marks,p_20__op__format,f_src',
    ],
  ])('may be in the spelling of another service: %s', async (recipe, key) => {
    const url = await images.url('cat.jpg', recipe);
    expect(new URL(url).pathname).toBe('/acme/cat.jpg');
    expect(await edge(url)).toBe(key);
  });

  it.each<[unknown, RegExp]>([
    [{ rezise: { w: 1 } }, /^there is no operation "rezise"; did you mean "resize"\?$/],
    ['esize,w_1', /^there is no operation "esize"; did you mean "resize"\?$/],
    [{ blurr: 1 }, /^there is no operation "blurr"; did you mean "blur"\?$/],
    [{ greyscale: true }, /^there is no operation "greyscale"; did you mean "grayscale"\?$/],
    ['resise,w_1', /^there is no operation "resise"; did you mean "resize"\?$/],
    [{ zebra: 1 }, /^there is no operation "zebra"$/],
    [{ constructor: 1 }, /^there is no operation "constructor"/],
    [{ __proto__x: 1 }, /^there is no operation "__proto__x"/],
    [{ resize: { width: 4 } }, /^resize has no parameter "width"; did you mean "w"\?$/],
    [{ tint: { colour: 'FF0000' } }, /^tint has no parameter "colour"; did you mean "color"\?$/],
    [{ resize: 400 }, /^resize: "_400" is not written as parameter_value$/],
    ['resize,400', /^resize: "400" is not written as parameter_value$/],
    [{ resize: { w: 400.5 } }, /^resize: w must be text or a whole number$/],
    [{ resize: { w: Number.NaN } }, /^resize: w must be text or a whole number$/],
    [{ grayscale: 3 }, /^grayscale: "_3" is not written as parameter_value$/],
    [Array<string>(17).fill('grayscale'), /^more than 16 operations$/],
    [['grayscale', ''], /^there is no operation ""$/],
    ['x-oss-process=image/resize,w_4__op__grayscale', /^there is no operation "x-oss-process/],
    [['x-oss-process=image/resize', 'w_4'], /^there is no operation "x-oss-process/],
    ['x-oss-process=image/a\nb', /^there is no operation "x-oss-process/],
  ])('%j is refused: %s', async (recipe, message) => {
    const refused = await refusalOf(() => images.url('cat.jpg', recipe as Recipe));
    expect(refused).toMatchObject({ code: 'malformed', message: expect.stringMatching(message) });
  });

  it.each<[Recipe]>([
    [{ format: 'webp__op__resize,w_8000' as 'webp' }],
    [{ quality: { q: '60,max_9' as unknown as number } }],
    [{ watermark: { i: 'logo,p_100' } }],
    [{ watermark: { 'i_logo,p': 100 } as unknown as { i: string } }],
    [{ preset: 'thumb__op__blur,s_9' }],
    [{ preset: 'thumb,n_x' }],
    [{ preset: 'thumb__op__grayscale' }],
    [{ preset: 'thumb__op' }],
    [{ 'grayscale__op__blur,s_9': true } as Recipe],
    [{ 'blur,s_9': true } as Recipe],
    [{ version: 'a,v_b' }],
    [{ version: 'a\nb' }],
  ])('%j cannot add another operation or parameter', async (recipe) => {
    expect((await refusalOf(() => images.url('cat.jpg', recipe)))?.code).toBe('malformed');
  });

  it('cannot get another operation from a version', async () => {
    const version = '1__op__resize,w_8000';
    expect((await refusalOf(() => images.url('a', [], { version })))?.code).toBe('malformed');
  });
});

describe('a path', () => {
  it.each([
    'a b/ü (1)+.jpg',
    '50% & off?.jpg',
    '50%25.jpg',
    "#1=ä;~*'!.png",
    '日本/🐈.png',
    'e\u0301',
  ])('%s is signed like on the command line, and gives its key', async (path) => {
    const exp = 1_893_456_000;
    const asked = { tenant: 'acme', path, operations: ['resize,w_400'], exp };
    const signer = { kid: acme.kid, signingKey: acme.key };
    const url = await images.url(path, { resize: { w: 400 } }, { expires: new Date(exp * 1_000) });
    expect(url).toBe(mint(nodeCrypto, acme.url, asked, signer));
    expect(await edge(url)).toBe(`acme/${path}__op__resize,w_400__op__format,f_src`);
  });

  it.each([
    ['', 'the path has an empty segment'],
    ['/a.jpg', 'the path begins with a slash; leave it out'],
    ['a//b.jpg', 'the path has an empty segment'],
    ['a/../b.jpg', 'the path has a . or .. segment'],
    ['a\\b.jpg', 'the path has a control character or a backslash'],
    ['a\nb.jpg', 'the path has a control character or a backslash'],
    ['a\u0085b.jpg', 'the path has a control character or a backslash'],
    ['a__op__b.jpg', 'the path contains __op__'],
    ['a__op_', 'the path ends in __op'],
    ['_watermarks/logo.png', 'the path begins with _watermarks, which is reserved'],
    ['\ud800.jpg', 'the path is not well-formed Unicode'],
    ['é'.repeat(351), 'the path is longer than 700 bytes'],
  ])('%j is refused: %s', async (path, message) => {
    expect(await refusalOf(() => images.url(path))).toEqual({ code: 'malformed', message });
  });

  it('must not make a key or a URL too long', async () => {
    const path = 'a'.repeat(700);
    const long = Array.from({ length: 5 }, (_, at) => `watermark,i_${'b'.repeat(60)}${at}`);
    expect(await messageOf(() => images.url(path, long))).toBe('the key is longer than 1024 bytes');
    const longest = 8_191 - `/acme/a?x-oss-process=image/&kid=r1.1&sig=${'s'.repeat(43)}`.length;
    const mint = (length: number) =>
      images.url('a', `x-oss-process=image/${'a'.repeat(length)}`, { expires: 'never' });
    const { pathname, search } = new URL(await mint(longest));
    expect(pathname.length + search.length).toBe(8_191);
    expect(await messageOf(() => mint(longest + 1))).toBe('the URL is longer than 8191 bytes');
  });
});

describe('callers without types', () => {
  const granted = images.withGrant(undefined as unknown as string, { cookie: true });
  const html = (picture: unknown, attributes?: unknown) =>
    printHtml(picture as Picture, attributes as Attributes);
  const notBefore = (value: unknown) => images.grant({ scope: 'a.jpg', notBefore: value as Date });
  const odd = [5, 'x', true, () => ({}), Symbol('s'), 10n];
  const withoutText = Object.create(null);

  it.each(odd)('get a SignetError for options that are %s', async (options) => {
    const how = options as never;
    const sizes = options as never;
    const calls = [
      () => signet(how),
      () => images.url('a.jpg', [], how),
      () => images.srcset('a.jpg', [], sizes),
      () => images.picture('a.jpg', [], sizes),
      () => granted.srcset('a.jpg', [], sizes),
      () => strict(images, how),
      () => withPolicy(images, { tenant: 'acme', operations: {} }, how),
      () => html({ sources: [], img: {} }, how),
    ];
    for (const call of calls) expect(await messageOf(call)).toBe('options must be an object');
  });

  it.each([() => ({}), Symbol('s'), 10n, true, 5, null])(
    'get a SignetError for a recipe that is %s',
    async (recipe) => {
      const message = 'a recipe must be text or an object';
      for (const minter of [images, granted])
        expect(await messageOf(() => minter.url('a.jpg', recipe as never))).toBe(message);
    },
  );

  it.each([
    null,
    'x',
    true,
    {},
    [],
    withoutText,
    Symbol('s'),
    10n,
    new Date(Number.NaN),
    new Date(-1),
  ])('get a SignetError for a notBefore that is no time (%#)', async (value) => {
    expect(await messageOf(() => notBefore(value))).toBe('presets or notBefore is invalid');
  });

  it.each([
    { sources: [null], img: {} },
    { sources: [undefined], img: {} },
    { sources: [5], img: {} },
    { sources: [], img: 5 },
    { sources: 'x', img: {} },
  ])('get a SignetError for a picture that is %j', async (picture) => {
    expect(await messageOf(() => html(picture))).toMatch(
      /^(?:source needs an object of attributes|html needs what picture returned)$/,
    );
  });
});

describe('a minter', () => {
  it('reads missing settings from the environment', async () => {
    for (const [name, value] of Object.entries(acme))
      vi.stubEnv(`SIGNET_${name.toUpperCase()}`, value);
    expect(signet().tenant).toBe('acme');
    expect(await edge(await signet({ lifetime: 60 }).url('cat.jpg'))).toMatch(/^acme\/cat\.jpg/);
    const shop = signet({ tenant: 'shop', key: signingKeyOf('shop') });
    expect(shop.tenant).toBe('shop');
  });

  it('needs no environment', () => {
    vi.stubGlobal('process', undefined);
    expect(signet(acme).tenant).toBe('acme');
    expect(() => signet()).toThrow(notSet('url'));
    vi.unstubAllGlobals();
  });

  it('omits the tenant on a host of its own, but signs it', async () => {
    const own = signet({ ...acme, url: 'https://img.acme.com/', ownHost: true });
    const url = await own.url('cat.jpg', 'format,f_webp');
    expect(url).toMatch(/^https:\/\/img\.acme\.com\/cat\.jpg__op__format,f_webp\?exp=/);
    expect(await edge(url)).toBe('acme/cat.jpg__op__format,f_webp');
  });

  it.each([
    [{ url: 'ftp://img.example.com' }, wrong('url', 'http(s)://HOST')],
    [{ url: 'img.example.com' }, wrong('url', 'http(s)://HOST')],
    [{ url: 'https://img.example.com/images' }, wrong('url', 'http(s)://HOST')],
    [{ url: 'https://img.example.com?x' }, wrong('url', 'http(s)://HOST')],
    [{ tenant: 'Acme' }, wrong('tenant', 'a tenant name')],
    [{ tenant: 'a--b' }, wrong('tenant', 'a tenant name')],
    [{ kid: 'r1' }, wrong('kid', 'root.generation')],
    [{ kid: 'r1.1\r' }, wrong('kid', 'root.generation')],
    [{ kid: '' }, notSet('kid')],
    [{ tenant: '' }, notSet('tenant')],
    [{ key: '' }, notSet('key')],
    [{ kid: 'r1.0' }, wrong('kid', 'root.generation')],
    [{ key: ` ${acme.key}` }, wrong('key', 'sgn_ and 43 characters')],
    [{ key: `${acme.key}\n` }, wrong('key', 'sgn_ and 43 characters')],
    [{ key: acme.key.slice(4) }, wrong('key', 'sgn_ and 43 characters')],
    [
      { key: Buffer.from(acme.key.slice(4), 'base64url').toString('hex') },
      wrong('key', 'sgn_ and 43 characters'),
    ],
  ])('is refused with %j', async (change, message) => {
    const refused = await refusalOf(() => signet({ ...acme, ...change }));
    expect(refused).toEqual({ code: 'malformed', message });
  });

  it('never shows the signing key, even if it is in the wrong variable', async () => {
    for (const name of ['url', 'tenant', 'kid', 'key'])
      for (const value of [acme.key, `${acme.key} `]) {
        if (name === 'key' && value === acme.key) continue;
        const message = await messageOf(() => signet({ ...acme, [name]: value }));
        expect(message).not.toBe('');
        expect(message).not.toContain(acme.key.slice(4, 12));
      }
    expect(JSON.stringify(images)).not.toContain(acme.key.slice(4, 12));
  });

  it('runs its checks in order and signs what they return', async () => {
    const asked: unknown[] = [];
    const adding = (operation: string) => ({
      url: (one: { readonly operations: readonly string[] }) => {
        asked.push(one);
        return [...one.operations, operation];
      },
    });
    const checked = images.checkedBy(adding('grayscale')).checkedBy(adding('blur,s_3'));
    const url = await checked.url('a', 'rotate,a_90', { expires: new Date(1_893_456_000_000) });
    expect(await edge(url)).toBe(
      'acme/a__op__rotate,a_90__op__grayscale__op__blur,s_3__op__format,f_src',
    );
    const about = { tenant: 'acme', path: 'a', kid: 'r1.1', exp: 1_893_456_000 };
    expect(asked).toEqual([
      { ...about, operations: ['rotate,a_90'] },
      { ...about, operations: ['rotate,a_90', 'grayscale'] },
    ]);
  });
});
