import { afterEach, describe, expect, it, vi } from 'vitest';
import { type PolicyDocument, withPolicy } from '../../client/policy.ts';
import { type Recipe, SignetError, signet, withGrant } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { signingKeyOf } from '../shared/keys/known-keys.ts';
import { acme, edgeWith, policyOf, refusalOf } from './test-edge.ts';

const images = signet(acme);

const document = {
  tenant: 'acme',
  operations: {
    resize: [
      { w: [640, 320] },
      { m: ['fill'], w: [400, 800], h: [300, 600] },
      { h: { min: 10, max: 100, step: 10 } },
    ],
    quality: { q: [60] },
    format: { f: ['auto'] },
  },
  require: ['resize'],
  presets: { thumb: 'resize,m_fill,w_200,h_200__op__format,f_auto' },
  urls: { maxLifetime: 7_200 },
  blocked: ['secret/*'],
} as const satisfies PolicyDocument;

const edge = edgeWith(policyOf(document));
const ours = withPolicy(images, document);

afterEach(() => {
  vi.useRealTimers();
});

describe('under a policy', () => {
  it.each<[Recipe]>([
    [{ resize: { w: 320 }, format: 'auto' }],
    [{ resize: { m: 'fill', w: 400, h: 300 }, quality: 60 }],
    [{ resize: { h: 50 }, format: 'avif', version: 'b' }],
    [{ preset: 'thumb' }],
    [{ preset: 'thumb', format: 'webp' }],
    ['x-oss-process=style/thumb'],
  ])('%j is minted and served', async (recipe) => {
    const url = await ours.url('a.jpg', recipe);
    expect(await edge(url, 'image/avif')).toMatch(/^acme\/a\.jpg__op__/);
  });

  it.each<[string, string, Recipe, string | undefined]>([
    ['denied_value', 'a', { resize: { w: 321 } }, 'operations.resize'],
    ['denied_value', 'a', { resize: { w: 320 }, format: 'png' }, 'operations.format'],
    ['denied_operation', 'a', { resize: { w: 320 }, blur: { s: 3 } }, 'operations'],
    ['denied_required', 'a', { quality: 60 }, 'require'],
    ['denied_preset', 'a', { preset: 'thumbs' }, 'presets'],
    ['denied_blocked', 'secret/a', { resize: { w: 320 } }, 'blocked'],
    ['malformed', 'a', { resize: { m: 'fill', w: 400 } }, undefined],
  ])('the client and the edge refuse with %s for %s and %j', async (code, path, recipe, rule) => {
    const thrown: unknown = await ours.url(path, recipe).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(SignetError);
    expect(thrown).toMatchObject({ code, detail: rule === undefined ? undefined : { rule } });
    expect(await edge(await images.url(path, recipe))).toBe(code);
  });

  it('a refusal says what the policy allows', async () => {
    const thrown: unknown = await ours.url('a', 'quality,q_61').catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'denied_required', detail: { allowed: ['resize'] } });
  });

  it.each([
    [{ expires: '3h' }, 'denied_lifetime'],
    [{ expires: 'never' }, 'denied_lifetime'],
    [{ expires: '2h' }, 'acme/a__op__resize,w_320__op__format,f_src'],
  ] as const)('an expiry of %j gives %s', async (how, end) => {
    const refused = await refusalOf(() => ours.url('a', 'resize,w_320', how));
    expect(refused?.code ?? (await edge(await ours.url('a', 'resize,w_320', how)))).toBe(end);
    expect(await edge(await images.url('a', 'resize,w_320', how))).toBe(end);
  });

  it('a kid is refused if the policy lists other kids', async () => {
    const keys = { active: 'r1.2', accept: ['r1.2'] };
    const rotated = withPolicy(images, { ...document, keys });
    expect((await refusalOf(() => rotated.url('a', 'resize,w_320')))?.code).toBe('denied_kid');
    const second = signet({ ...acme, kid: 'r1.2', key: signingKeyOf('acme', 'r1.2') });
    await withPolicy(second, { ...document, keys }).url('a', 'resize,w_320');
    await withPolicy(second, document).url('a', 'resize,w_320');
  });

  it('a denial that is only reported is minted', async () => {
    const report = { ...document, mode: 'report', reportUntil: '2999-01-01T00:00:00Z' };
    await withPolicy(images, report).url('a', 'blur,s_3');
    const over = { ...report, reportUntil: '2020-01-01T00:00:00Z' };
    const refused = await refusalOf(() => withPolicy(images, over).url('a', 'blur,s_3'));
    expect(refused?.code).toBe('denied_required');
  });

  it('a srcset or picture is refused if one of its sizes is', async () => {
    const sizes = { widths: [320, 640] };
    expect((await ours.srcset('a', { format: 'auto' }, sizes)).split(', ')).toHaveLength(2);
    const wider = { widths: [320, 641] };
    expect((await refusalOf(() => ours.srcset('a', [], wider)))?.code).toBe('denied_value');
    expect((await refusalOf(() => ours.picture('a', [], wider)))?.code).toBe('denied_value');
  });

  it('the earlier checks of the minter still run', async () => {
    const both = withPolicy(strict(images, { encoded: 'refuse' }), document);
    const refused = await refusalOf(() => both.url('a%20b', 'resize,w_320'));
    expect(refused?.message).toMatch(/^the path is already percent-encoded: "a%20b"/);
    await ours.url('a%20b', 'resize,w_320');
    await both.url('50% a', 'resize,w_320');
  });

  it.each([
    [{ tenant: 'shop', operations: {} }, /^policy acme is unusable: .*tenant/],
    [
      { tenant: 'acme', operatoins: {} },
      /^the policy is not valid: operatoins .*did you mean "operations"\?$/,
    ],
    [
      { tenant: 'acme', extends: './base.json' },
      /^the policy extends another file; use the full policy, which npx signet tenant show TENANT prints$/,
    ],
    [{ tenant: 'acme' }, /needs operations or presets/],
    [{ ...document, snapp: true }, /snapp/],
    [{ ...document, presets: { a: 'blurr' } }, /there is no operation "blurr"/],
  ])('%j is refused as a policy', async (wrong, message) => {
    const refused = await refusalOf(() => withPolicy(images, wrong));
    expect(refused).toMatchObject({ code: 'malformed', message: expect.stringMatching(message) });
  });
});

it('a policy may have a $schema for editors', async () => {
  const file = { $schema: './policy.schema.json', ...document };
  expect(await withPolicy(images, file).url('a', 'resize,w_320')).toContain('w_320');
});

describe('grants under a policy', () => {
  it('are minted for existing presets and allowed lifetimes', async () => {
    const grant = await ours.grant({ scope: '*', presets: ['thumb'] });
    expect(await edge(ours.withGrant(grant).url('a', { preset: 'thumb' }))).toMatch(/^acme\/a/);
    const codeOf = async (asked: Parameters<typeof ours.grant>[0]) =>
      (await refusalOf(() => ours.grant(asked)))?.code;
    expect(await codeOf({ scope: '*', presets: ['thumbs'] })).toBe('denied_preset');
    expect(await codeOf({ scope: '*', expires: '3h' })).toBe('denied_lifetime');
    const none = withPolicy(images, { ...document, urls: { grants: false } });
    expect((await refusalOf(() => none.grant({ scope: '*' })))?.code).toBe('denied_grant');
  });

  it('lead to the same refusals in the client and at the edge', async () => {
    const grants = {
      all: await images.grant({ scope: '*' }),
      below: await images.grant({ scope: 'b/*' }),
      presets: await images.grant({ scope: '*', presets: ['thumb'] }),
      long: await images.grant({ scope: '*', expires: '3h' }),
      later: await images.grant({ scope: '*', notBefore: new Date(Date.now() + 600_000) }),
    };
    for (const [name, recipe, code] of [
      ['all', 'resize,w_320', undefined],
      ['all', 'resize,w_321', 'denied_value'],
      ['all', ['resize,w_320', 'version,v_1'], 'denied_operation'],
      ['below', 'resize,w_320', 'denied_scope'],
      ['presets', 'resize,w_320', 'denied_preset'],
      ['presets', 'style,n_thumb', undefined],
      ['long', 'resize,w_320', 'denied_lifetime'],
      ['later', 'resize,w_320', 'denied_grant'],
    ] as const) {
      const granted = images.withGrant(grants[name]);
      const answer = await edge(granted.url('a', recipe));
      expect(answer).toEqual(code ?? expect.stringMatching(/^acme\/a/));
      expect((await refusalOf(() => withPolicy(granted, document).url('a', recipe)))?.code).toBe(
        code,
      );
    }
  });

  it('write no URLs after they have expired', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
    const granted = ours.withGrant(await images.grant({ scope: '*', expires: 60 }));
    granted.url('a', 'resize,w_320');
    vi.setSystemTime(Date.now() + 61_000);
    expect((await refusalOf(() => granted.url('a', 'resize,w_320')))?.code).toBe('expired');
  });

  it('are refused if they belong to another tenant or have an old kid', async () => {
    const shop = signet({ ...acme, tenant: 'shop', key: signingKeyOf('shop') });
    const grant = await shop.grant({ scope: '*' });
    const granted = withPolicy(withGrant({ ...acme, grant }), document);
    expect((await refusalOf(() => granted.url('a', 'resize,w_320')))?.code).toBe('forbidden');
    const keys = { active: 'r1.2', accept: ['r1.2'] };
    const own = images.withGrant(await images.grant({ scope: '*' }));
    const gone = withPolicy(own, { ...document, keys });
    expect((await refusalOf(() => gone.url('a', 'resize,w_320')))?.code).toBe('denied_kid');
  });

  it('in a cookie are assumed to be valid, if the policy allows grants', async () => {
    const cookie = withGrant({ url: acme.url, tenant: 'acme' });
    expect(withPolicy(cookie, document).url('a', 'resize,w_320')).toMatch(
      /\/acme\/a__op__resize,w_320$/,
    );
    expect((await refusalOf(() => withPolicy(cookie, document).url('a', 'blur,s_2')))?.code).toBe(
      'denied_required',
    );
    const none = withPolicy(cookie, { ...document, urls: { grants: false } });
    expect((await refusalOf(() => none.url('a', 'resize,w_320')))?.code).toBe('denied_grant');
  });
});

describe('a length that no rule allows', () => {
  const snappingMinter = withPolicy(images, document, { snap: true });

  it.each<[Recipe, string]>([
    [{ resize: { w: 321 }, quality: 60 }, 'resize,w_640__op__quality,q_60'],
    [{ resize: { w: 5_000 } }, 'resize,w_640'],
    [{ resize: { w: 320 } }, 'resize,w_320'],
    [{ resize: { h: 11 }, format: 'auto' }, 'resize,h_20__op__format,f_auto'],
    ['quality,q_60__op__resize,limit_1,w_7', 'quality,q_60__op__resize,limit_1,w_320'],
    [{ preset: 'thumb' }, 'style,n_thumb'],
  ])('%j is snapped to %s, like at the edge', async (recipe, operations) => {
    const url = await snappingMinter.url('a', recipe);
    expect(new URL(url).pathname).toBe(`/acme/a__op__${operations}`);
    const snapping = edgeWith(policyOf({ ...document, snap: true } as typeof document));
    const unmoved = await images.url('a', recipe);
    expect(await edge(url, 'image/avif')).toBe(await snapping(unmoved, 'image/avif'));
  });

  it.each<[Recipe, string]>([
    [{ resize: { m: 'fill', w: 401, h: 300 } }, 'denied_value'],
    [{ resize: { l: 321 } }, 'denied_value'],
    [{ resize: { w: 321 }, quality: 61 }, 'denied_value'],
    [{ resize: { w: 9_999 } }, 'malformed'],
    [{ resize: { m: 'fill', w: 401 } }, 'malformed'],
  ])('%j is not snapped, but refused with %s', async (recipe, code) => {
    expect((await refusalOf(() => snappingMinter.url('a', recipe)))?.code).toBe(code);
  });

  it('is signed as written if the edge snaps it', async () => {
    const snapping = withPolicy(images, { ...document, snap: true });
    expect(new URL(await snapping.url('a', 'resize,w_321')).pathname).toBe(
      '/acme/a__op__resize,w_321',
    );
  });

  it('is checked after everything that the edge checks earlier', async () => {
    const malformed = { resize: { w: 9_999 } };
    expect((await refusalOf(() => snappingMinter.url('secret/a', malformed)))?.code).toBe(
      'denied_blocked',
    );
    expect(await edge(await images.url('secret/a', malformed))).toBe('denied_blocked');
  });

  it('is not snapped in the spelling of another service', async () => {
    const refused = await refusalOf(() =>
      snappingMinter.url('a', 'x-oss-process=image/resize,w_321'),
    );
    expect(refused?.code).toBe('denied_value');
  });
});

describe('the widths that a policy allows', () => {
  it.each<[string, Recipe | undefined, readonly number[]]>([
    ['of resize alone', undefined, [320, 640]],
    ['of resize by its name', 'resize', [320, 640]],
    ['with other operations', { quality: 60, format: 'auto' }, [320, 640]],
    ['of two sides', { resize: { m: 'fill', w: 400, h: 300 } }, [400, 800]],
    ['of none', { resize: { m: 'pad', w: 400, h: 300 } }, []],
    ['of what is malformed', { resize: { m: 'fill' } }, []],
  ])('are %s', (_of, recipe, widths) => {
    expect(ours.widths(recipe)).toEqual(widths);
  });

  it('are those of a range, and none if only presets are served', () => {
    const ranged = {
      tenant: 'acme',
      operations: { resize: { w: { min: 10, max: 35, step: 10 } } },
    };
    expect(withPolicy(images, ranged).widths()).toEqual([10, 20, 30]);
    expect(withPolicy(images, { ...document, presetsOnly: true }).widths()).toEqual([]);
    const heights = { tenant: 'acme', operations: { resize: { h: [1] } } };
    expect(withPolicy(images, heights).widths()).toEqual([]);
  });

  it('are all allowed', async () => {
    const recipe = { resize: { m: 'fill', w: 400, h: 300 }, format: 'auto' } as const;
    const srcset = await ours.srcset('a', recipe, { widths: ours.widths(recipe) });
    expect(srcset.match(/,w_\d+/g)).toEqual([',w_400', ',w_800']);
  });
});
