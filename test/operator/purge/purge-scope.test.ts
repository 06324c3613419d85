import { expect, it } from 'vitest';
import { purgeScope } from '../../../operator/purge/purge-scope.ts';
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

it('a watermark is not purged, because its images belong to other sources', async () => {
  const { open } = createMemoryInstallation();
  await expect(purgeScope(open, 'acme', '_watermarks/mark.png')).rejects.toMatchObject({
    code: 'malformed',
    message: expect.stringContaining("purge the images with it: '*'"),
  });
});
