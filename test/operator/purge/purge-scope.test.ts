import { expect, it } from 'vitest';
import { purgeScope } from '../../../operator/purge/purge-scope.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

it.each([
  ['a source', 'a.jpg', false],
  ['the fallback', 'none.png', true],
  ['everything', '*', true],
])(
  'a purge of %s invalidates the tenant only if the fallback is in it',
  async (_what, scope, all) => {
    const installation = createMemoryInstallation();
    await installation.publish('acme', { fallback: 'none.png' });
    await purgeScope(installation.open, 'acme', scope);
    expect(installation.invalidated.includes('t-acme')).toBe(all);
  },
);

it('a purge of a watermark deletes the derivatives of the sources that show it, and of no others', async () => {
  const installation = createMemoryInstallation();
  await installation.publish('acme');
  const { derivatives } = installation;
  const shown = [
    'acme/a.jpg__op__watermark,i_mark,g_nw__op__format,f_jpg',
    'acme/a.jpg__op__format,f_jpg',
  ];
  const others = [
    'acme/b.jpg__op__watermark,i_mark2__op__format,f_jpg',
    'acme/watermark,i_mark__op__format,f_jpg',
    'acme/odd__op__watermark,i_mark,spin__op__format,f_jpg',
    'shop/a.jpg__op__watermark,i_mark__op__format,f_jpg',
  ];
  for (const key of [...shown, ...others]) keep(derivatives, key, 'x');
  expect(await purgeScope(installation.open, 'acme', '_watermarks/mark.png')).toMatchObject({
    ...{ tenant: 'acme', scope: '_watermarks/mark.png', derivatives: 2, sources: 1 },
  });
  expect([...derivatives.objects.keys()]).toEqual(others);
  expect(installation.invalidated).toHaveLength(1);
});

it.each(['_watermarks/*', '_watermarks/a/b.png', '_watermarks/mark.jpg'])(
  '%s is not one watermark',
  async (scope) => {
    const { open } = createMemoryInstallation();
    await expect(purgeScope(open, 'acme', scope)).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('write _watermarks/ID.png'),
    });
  },
);
