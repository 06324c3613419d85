import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantHandler as expressGrants } from '../../client/express.ts';
import { grantHandler as fastifyGrants } from '../../client/fastify.ts';
import { grantHandler as honoGrants } from '../../client/hono.ts';
import { html } from '../../client/html.ts';
import { imageLoader } from '../../client/next.ts';
import { withPolicy } from '../../client/policy.ts';
import { SignetError, signet, withGrant } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { extract, generate, transform } from '../../client/unpic.ts';
import { runs } from '../shared/request/outcome.ts';
import { installed, run } from './installed-package.ts';
import { acme, reportingPolicy } from './test-edge.ts';

/* What callers without types pass where text belongs. */

// biome-ignore lint/suspicious/noExplicitAny: the values are wrong on purpose.
type Wrong = any;

const images = signet(acme);
const place = { url: acme.url, tenant: 'acme' };
const granted = withGrant(place);
const minters = [
  ['signet', images],
  ['withGrant', granted],
  ['strict', strict(images)],
  ['strict(withGrant)', strict(granted)],
  ['withPolicy', withPolicy(images, reportingPolicy)],
] as const;
const signers = [images, strict(images), withPolicy(images, reportingPolicy)];
const picture = images.picture('a', [], { widths: [4] });
const handlers = [expressGrants, fastifyGrants, honoGrants] as readonly Wrong[];

const primitive = (value: unknown): unknown => (Object(value) === value ? null : value);

type Use = readonly [where: string, use: (wrong: Wrong) => unknown];

const mintUses: readonly Use[] = minters.flatMap(([name, minter]: readonly [string, Wrong]) => [
  [`the path of ${name}.url`, (wrong) => minter.url(wrong)],
  [`the path of ${name}.srcset`, (wrong) => minter.srcset(wrong, [], { widths: [4] })],
  [`the path of ${name}.picture`, (wrong) => minter.picture(wrong, [], { widths: [4] })],
  // An object is a recipe.
  [
    `a text in the recipe of ${name}.url`,
    (wrong) => minter.url('a', ['grayscale', primitive(wrong)]),
  ],
  // An empty list has no widths.
  [
    `the widths of ${name}.srcset`,
    (w) => minter.srcset('a', [], { widths: w?.length === 0 ? 5 : w }),
  ],
  [`a width of ${name}.srcset`, (wrong) => minter.srcset('a', [], { widths: [wrong] })],
  [`a density of ${name}.picture`, (wrong) => minter.picture('a', [], { densities: [wrong] })],
  [`a format of ${name}.picture`, (w) => minter.picture('a', [], { widths: [4], formats: [w] })],
]);

/** Numbers and objects are right in some places, so these get fewer wrong values. */
const uses: readonly Use[] = [
  ...mintUses,
  ...(['url', 'tenant', 'kid', 'key'] as const).map(
    (name): Use => [`${name} of signet`, (wrong) => signet({ ...acme, [name]: wrong })],
  ),
  ['url of withGrant', (url) => withGrant({ ...place, url })],
  ['tenant of withGrant', (tenant) => withGrant({ ...place, tenant })],
  ...signers.flatMap((signer): readonly Use[] => [
    ['scope of a grant', (scope) => signer.grant({ scope: [scope] })],
    ['a scope of a grant', (scope) => signer.grant({ scope: ['a', scope] })],
    ['presets of a grant', (presets) => signer.grant({ scope: '*', presets: ['thumb', presets] })],
  ]),
  ['src of the loader', (src) => imageLoader(granted)({ src, width: 4 })],
  ['src of generate', (src) => generate(src, { width: 4 }, place)],
  ['src of transform', (src) => transform(src, { width: 4 }, place)],
  ['url of extract', (url) => extract(url, place)],
  [
    'domain',
    (domain) => handlers.map((one) => one(images, { grant, as: 'cookie', domain: domain ?? {} })),
  ],
  ['as', (as) => handlers.map((one) => one(images, { grant, as: [as] }))],
];
const grant = (): undefined => undefined;

/** The sentence that a use is refused with. Throws what is not a SignetError. */
async function sentenceOf(use: () => unknown): Promise<string | undefined> {
  try {
    await use();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SignetError) return thrown.message;
    throw thrown;
  }
}

const withoutText = Object.create(null) as object;
const constants = [null, Number.NaN, {}, [], [null], [{}], withoutText, () => 'a', new Date(0)];
const isWrong = (value: unknown): boolean => typeof value !== 'string' && value !== undefined;
/** No numbers: they are right for a width. */
const wrongValues = fc.oneof(
  fc.constantFrom(...constants),
  fc.anything().filter((value) => isWrong(value) && typeof value !== 'number'),
);

describe('what is not text', () => {
  it.each(uses)('is refused in one sentence as %s', async (_where, use) => {
    const check = async (wrong: unknown): Promise<void> => {
      const sentence = await sentenceOf(() => use(wrong));
      expect(sentence).toMatch(/^[^\n]{8,400}$/);
    };
    await fc.assert(fc.asyncProperty(wrongValues, check), runs(60));
  });

  it.each(uses.filter(([where]) => !/width|density|domain/.test(where)))(
    'may not be a number as %s',
    async (_where, use) => {
      expect(await sentenceOf(() => use(5))).toMatch(/^[^\n]{8,400}$/);
    },
  );

  it.each<Use>([
    ['a path that is missing', () => images.url(undefined as Wrong)],
    ['a src that is missing', () => imageLoader(granted)({} as Wrong)],
    ['a request that is missing', () => imageLoader(granted)(null as Wrong)],
    ['widths that are missing', () => images.srcset('a', [], {} as Wrong)],
    ['sizes that are missing', () => images.picture('a', [], null as Wrong)],
    ['a grant that is missing', () => images.grant(null as Wrong)],
    ['a scope that is missing', () => images.grant({} as Wrong)],
    ['settings that are missing', () => withGrant(null as Wrong)],
    ['a recipe that is null', () => images.url('a', null as Wrong)],
    ['a recipe that is a number', () => images.url('a', 5 as Wrong)],
    ['an expiry that is null', () => images.url('a', [], { expires: null as Wrong })],
    ['an expiry that is a list', () => images.url('a', [], { expires: [60] as Wrong })],
    ['an expiry without text', () => images.url('a', [], { expires: withoutText as Wrong })],
    ['an expiry of a grant', () => images.grant({ scope: '*', expires: {} as Wrong })],
    ['a value without text', () => images.url('a', { rotate: { a: withoutText as Wrong } })],
    ['a policy that is missing', () => withPolicy(images, null as Wrong)],
    ['a handler without options', () => handlers.map((one) => one(images, null))],
    ['a picture that is missing', () => html(null as Wrong)],
    ['the name of an attribute', async () => html(await picture, { 'a b': 'c' })],
    ['the value of an attribute', async () => html(await picture, { id: withoutText as Wrong })],
    ['a place that is missing', () => generate('a', null as Wrong, null as Wrong)],
  ])('is refused in one sentence: %s', async (_where, use) => {
    expect(await sentenceOf(() => use(undefined))).toMatch(/^[^\n]{8,400}$/);
  });

  it('is left out where an option is undefined or null', async () => {
    expect(await images.url('a', [], null as Wrong)).toMatch(/\/acme\/a\?exp=/);
    expect(await images.url('a', [], { expires: undefined as Wrong })).toMatch(/exp=/);
    expect(granted.url('a', undefined)).toMatch(/\/acme\/a$/);
    expect(generate('a', null as Wrong, place)).toMatch(/format,f_auto$/);
  });
});

describe('a SignetError', () => {
  const sentence = 'SignetError: the path begins with a slash; leave it out';

  it('has its name in its text and its stack', () => {
    const thrown = new SignetError('malformed', 'one\ntwo');
    expect(thrown.name).toBe('SignetError');
    expect(String(thrown)).toBe('SignetError: one two');
    expect(thrown.stack?.split('\n')[0]).toBe('SignetError: one two');
  });

  it.each([
    ['console.error', 'try { images.url("/a") } catch (error) { console.error(error) }'],
    ['an uncaught error', 'images.url("/a")'],
    ['an uncaught rejection', 'Promise.resolve().then(() => images.url("/a"))'],
    ['String', 'try { images.url("/a") } catch (error) { console.error(String(error)) }'],
    [
      'its name',
      'try { images.url("/a") } catch (error) { console.error(error.name + ": " + error.message) }',
    ],
  ])('is printed under its name in the minified package by %s', async (_way, use) => {
    const script = `import { withGrant } from '@signet-images/client';
const images = withGrant({ url: 'https://h', tenant: 'a' }); ${use}`;
    const ran = run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: installed.home,
    });
    const { stderr } = await ran.catch((failed: { readonly stderr: string }) => failed);
    const lines = stderr.split('\n');
    expect(lines).toContain(sentence);
    // Nothing else in the output looks like the first line of an error.
    expect(
      lines.filter((line) => /Error\]?: /.test(line) && !line.includes('class extends')),
    ).toEqual([sentence]);
  });
});
