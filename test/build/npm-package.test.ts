import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameRepository, packPackage } from '../../build/npm-package.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-npm-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const manifest = { name: '@example/one', version: '1.2.3' };

async function makePackage(name: string, time: Date): Promise<string> {
  const place = path.join(folder, name);
  await mkdir(place);
  for (const [file, text] of [
    ['package.json', JSON.stringify(manifest)],
    ['b.js', 'export {};\n'],
    ['a.js', 'export {};\n'],
  ] as const) {
    await writeFile(path.join(place, file), text);
    await utimes(path.join(place, file), time, time);
  }
  return place;
}

describe('a packed package', () => {
  it('has the same bytes whenever and wherever it was built', async () => {
    const tarballs = [];
    for (const [name, time] of [
      ['one', new Date('2001-02-03')],
      ['other', new Date('2031-12-31')],
    ] as const) {
      const into = path.join(folder, `${name} packed`);
      const tarball = await packPackage(await makePackage(name, time), into);
      expect(tarball).toBe(path.join(into, 'example-one-1.2.3.tgz'));
      tarballs.push(await readFile(tarball));
    }
    expect(tarballs[0]?.length).toBeGreaterThan(100);
    expect(tarballs[0]?.equals(tarballs[1] ?? Buffer.of())).toBe(true);
  });
});

describe('the repository of a package', () => {
  it('is added to its manifest with the addresses of its pages', async () => {
    const place = await makePackage('one', new Date());
    await nameRepository(place, 'https://github.com/example/signet');
    expect(JSON.parse(await readFile(path.join(place, 'package.json'), 'utf8'))).toEqual({
      ...manifest,
      repository: { type: 'git', url: 'git+https://github.com/example/signet.git' },
      homepage: 'https://github.com/example/signet#readme',
      bugs: 'https://github.com/example/signet/issues',
    });
  });

  it.each([
    'github.com/example/signet',
    'http://github.com/example/signet',
    'https://github.com/example',
    'https://github.com/example/signet/',
    'https://user:word@github.com/example/signet',
    'https://github.com/example/signet#readme',
  ])('is refused if it is not the address of one: %s', async (address) => {
    await expect(nameRepository(folder, address)).rejects.toThrow(
      `--repository is "${address}"; write its address: https://github.com/OWNER/NAME`,
    );
  });
});
