import { beforeAll, describe, expect, it } from 'vitest';
import { browseSources, describeStoredSource } from '../../../operator/sources/browse.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const memory = createMemoryInstallation();
const paths = ['a.jpg', 'albums/one.jpg', 'albums/2026/two.jpg', 'albums/2026/three.jpg'];
const marks = ['_watermarks/logo.png'];

beforeAll(async () => {
  await memory.publish('acme');
  for (const path of [...paths, ...marks, 'empty/'])
    await memory.sources.put(`acme/${path}`, Buffer.from('x'), { contentType: 'image/jpeg' });
  await memory.sources.put('other/b.jpg', Buffer.from('x'), { contentType: 'image/jpeg' });
});

const browse = (folder: string, search = '') =>
  browseSources(memory.open, { tenant: 'acme', folder, search });

describe('a folder of sources', () => {
  it.each([
    [
      '',
      [
        ['_watermarks/', 1],
        ['albums/', 3],
        ['empty/', 1],
      ],
      ['a.jpg'],
    ],
    ['albums/', [['albums/2026/', 2]], ['albums/one.jpg']],
    ['albums/2026/', [], ['albums/2026/three.jpg', 'albums/2026/two.jpg']],
    ['_watermarks/', [], ['_watermarks/logo.png']],
    ['nothing/', [], []],
    ['empty/', [], []],
  ] as const)('"%s" has its folders and its sources', async (folder, folders, own) => {
    const found = await browse(folder);
    expect(found.folders.map(({ name, sources }) => [name, sources])).toEqual(folders);
    expect([...found.paths].toSorted()).toEqual(own);
    expect(found).not.toHaveProperty('unlisted');
  });

  it('is searched with all that is below it, in any case', async () => {
    expect((await browse('albums/', 'TWO')).paths).toEqual(['albums/2026/two.jpg']);
    expect((await browse('', 'jpg')).paths.length).toBe(4);
  });

  it('of a tenant that does not exist is refused', async () => {
    const asked = { tenant: 'nobody', folder: '', search: '' };
    await expect(browseSources(memory.open, asked)).rejects.toThrow('there is no tenant nobody');
  });

  it('is not read without a bound', async () => {
    const many = createMemoryInstallation();
    await many.publish('acme');
    const body = Buffer.from('x');
    for (let at = 0; at < 20_050; at += 1)
      await many.sources.put(`acme/${at}.jpg`, body, { contentType: 'image/jpeg' });
    const found = await browseSources(many.open, { tenant: 'acme', folder: '', search: '' });
    expect([found.paths.length, found.more]).toEqual([20_000, true]);
  });

  it('of a foreign bucket says so, and has the watermarks of the own one', async () => {
    const entry = { bucket: 'b', region: 'eu-west-1', prefix: '', tenants: ['acme'], list: false };
    const memoryOnly = createMemoryInstallation();
    const foreign = { ...memoryOnly, sourceEntries: async () => ({ photos: entry }) };
    const policy = { tenant: 'acme', operations: {}, source: { from: 'photos' } };
    await publishPolicy(foreign, policy, { root: 'r1' });
    await foreign.sources.put('acme/_watermarks/logo.png', Buffer.from('x'), {
      contentType: 'image/png',
    });
    const found = await browseSources(async () => foreign, {
      tenant: 'acme',
      folder: '',
      search: '',
    });
    expect(found).toMatchObject({ from: 'photos', folders: [{ name: '_watermarks/' }] });
    expect(found.unlisted).toBeDefined();
  });
});

describe('a source', () => {
  it.each(['a.jpg', '_watermarks/logo.png'])('%s is described', async (path) => {
    expect(await describeStoredSource(memory.open, 'acme', path)).toMatchObject({
      ...{ path, bytes: 1, contentType: 'image/jpeg', focus: null, fault: null },
    });
  });

  it('that is not stored is undefined', async () => {
    expect(await describeStoredSource(memory.open, 'acme', 'nothing.jpg')).toBeUndefined();
  });
});
