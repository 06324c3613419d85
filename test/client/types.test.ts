import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientOperations } from '../../build/client-operations.ts';
import { root } from '../../build/functions.ts';
import { type Recipe, signet } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { type OperationName, operationNames, rowOf } from '../../shared/operations/table.ts';
import { compilerOutput } from './installed-package.ts';
import { acme, refusalOf } from './test-edge.ts';

/** Valid and invalid uses of the package. */
const source = `
import { signet, withGrant, SignetError, type Recipe } from '@signet-images/client';
import { grantHandler as express } from '@signet-images/client/express';
import { grantHandler as fastify } from '@signet-images/client/fastify';
import { grantHandler as hono } from '@signet-images/client/hono';
import { html } from '@signet-images/client/html';
import { imageLoader } from '@signet-images/client/next';
import { withPolicy } from '@signet-images/client/policy';
import { strict } from '@signet-images/client/strict';
import { extract, generate, transform } from '@signet-images/client/unpic';

const images = withPolicy(strict(signet()), { tenant: 'acme', operations: {} }, { snap: true });
export const url: Promise<string> = images.url('a', { resize: { m: 'fill', w: 4, h: 4 }, format: 'auto', rotate: 90 });
export const set: Promise<string> = images.srcset('a', { preset: 'thumb' }, { widths: [1], expires: '1h', version: 3 });
export const text = images.picture('a', 'grayscale', { densities: [1, 2], formats: ['avif'] }).then((one) => html(one, { width: 4 }));
export const widths: readonly number[] = images.widths('resize');
export const now: string = withGrant({ url: 'https://h', tenant: 'a', grant: 'g' }).url('a', ['blur,s_3']);
export const later: Promise<string> = images.grant({ scope: ['a/*'], expires: new Date(), presets: ['thumb'] });
export const codes = (thrown: unknown): string => (thrown instanceof SignetError ? thrown.code : '');
export const right: readonly Recipe[] = [
  { resize: { w: 1 } }, { quality: 60 }, { quality: { max: 9 } }, { grayscale: true }, { version: 3 },
  { watermark: 'logo' }, { watermark: { i: 'logo', p: 20 } }, { background: 'FFFFFF' }, { info: true },
  { download: true }, { download: 'cat' }, { download: { n: 'cat' } }, { download: {} }, { frames: 1 },
];
export const wrong: readonly Recipe[] = [
  // @ts-expect-error: there is no such operation
  { blurr: 1 },
  // @ts-expect-error: resize has no width
  { resize: { width: 1 } },
  // @ts-expect-error: there is no such mode
  { resize: { m: 'cover', w: 1 } },
  // @ts-expect-error: a length is a number
  { resize: { w: '1' } },
  // @ts-expect-error: resize takes its values by name
  { resize: 400 },
  // @ts-expect-error: so does crop, although x alone would be valid
  { crop: 400 },
  // @ts-expect-error: blur needs s
  { blur: { r: 3 } },
  // @ts-expect-error: grayscale has no parameters
  { grayscale: { s: 1 } },
  // @ts-expect-error: frames needs its number
  { frames: true },
  // @ts-expect-error: the parameter of download is n
  { download: { name: 'cat' } },
  // @ts-expect-error: there is no such format
  { format: 'bmp' },
];
type Asking = { readonly user: string };
export const handlers = [
  express(signet(), { grant: ({ user }: Asking) => ({ scope: user, expires: '1h' }) }),
  fastify(images, { grant: async (request: Asking) => undefined, as: 'cookie', domain: 'example.com' }),
];
export const handler = (context: Asking & { header: () => void; json: () => number }): Promise<number> =>
  hono(images, { grant: ({ user }: typeof context) => ({ scope: user }) })(context);
const place = { url: 'https://h', tenant: 'a' };
export const load: (one: { src: string; width: number; quality?: number }) => string = imageLoader(withGrant(place));
export const generated: string = generate(extract('/a')?.src ?? '/a', { width: 4, quality: '60', blur: { s: 3 } }, place);
export const transformed: string = transform('a', { height: 4, format: 'jpeg' }, { ...place, grant: 'g' });
// @ts-expect-error: domain needs as: 'cookie'
express(images, { grant: ({ user }: Asking) => ({ scope: user }), domain: 'example.com' });
// @ts-expect-error: a grant needs a scope
express(images, { grant: (request: Asking) => ({ expires: '1h' }) });
// @ts-expect-error: signing is asynchronous, a loader is not
imageLoader(signet());
// @ts-expect-error: there is no such operation
generate('a', { blurr: 3 }, place);
// @ts-expect-error: '1 hour' is not a lifetime
export const odd = images.url('a', [], { expires: '1 hour' });
// @ts-expect-error: a srcset needs sizes
export const none = images.srcset('a', [], {});
// @ts-expect-error: a minter with a grant cannot sign grants
export const signed = withGrant({ url: 'https://h', tenant: 'a' }).grant({ scope: '*' });
`;

describe('the types', () => {
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'work alone in a project with %s modules, and check recipes',
    async (module, moduleResolution) => {
      const output = await compilerOutput(
        moduleResolution,
        { module, moduleResolution, types: [] },
        source,
      );
      expect(output).toBe('');
    },
  );

  it('match the operations table', async () => {
    const written = await readFile(path.join(root, 'client', 'lib', 'operations.ts'), 'utf8');
    expect(written).toBe(clientOperations());
    for (const name of operationNames)
      for (const about of [
        rowOf(name).summary,
        ...Object.values(rowOf(name).parameters).map((one) => one.about),
      ])
        expect(written).toContain(about);
  });
});

/** A valid value of the first parameter. */
function firstValue(name: OperationName): string | number | undefined {
  const [parameter] = Object.values(rowOf(name).parameters);
  if (parameter === undefined) return undefined;
  const { control } = parameter;
  if (control.control === 'number') return control.max;
  if (control.control === 'select') return control.options[0];
  return control.control === 'color' ? 'FF0000' : 'a';
}

describe('a plain value', () => {
  const values = operationNames.flatMap((name) => {
    const value = firstValue(name);
    return value === undefined ? [] : [{ name, value }];
  });

  it.each(values)(
    '$value sets the first parameter of $name, or is refused',
    async ({ name, value }) => {
      const recipe = { [name]: value } as Recipe;
      const refused = await refusalOf(() => strict(signet(acme)).url('a', recipe));
      const byName = ['crop', 'indexcrop', 'resize', 'blur'].includes(name);
      expect(refused?.code).toBe(byName ? 'malformed' : undefined);
    },
  );
});
