import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Lock, placesOfSharp, sharpFiles } from '../../build/sharp-packages.ts';
import { elfTarget, isElf } from './elf.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const places = [
  'node_modules/@img/colour',
  'node_modules/@img/sharp-libvips-linux-x64',
  'node_modules/@img/sharp-linux-x64',
  'node_modules/detect-libc',
  'node_modules/semver',
  'node_modules/sharp',
];

let files: ReadonlyMap<string, Uint8Array>;
beforeAll(async () => {
  files = await sharpFiles(root);
});

let elsewhere = '';
beforeEach(async () => {
  elsewhere = await mkdtemp(path.join(tmpdir(), 'signet-elsewhere-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(elsewhere, { recursive: true, force: true });
});

describe('the files of sharp', () => {
  it('are those of six packages', () => {
    const manifests = places.map((place) => `${place}/package.json`);
    expect([...files.keys()].filter((name) => name.endsWith('/package.json'))).toEqual(manifests);
    const strange = [...files.keys()].filter(
      (name) => !places.some((place) => name.startsWith(`${place}/`)),
    );
    expect(strange).toEqual([]);
  });

  it('include no types or source maps, but every licence', () => {
    const names = [...files.keys()];
    expect(names.filter((name) => /\.(?:ts|mts|cts|map)$/.test(name))).toEqual([]);
    // libvips has its licences in its README.
    for (const place of places)
      expect(names.some((name) => /\/(?:LICENSE|README)/.test(name.slice(place.length)))).toBe(
        true,
      );
  });

  it('run on Linux x64 with glibc, on whatever machine they are read', () => {
    const compiled = [...files].filter(([, bytes]) => isElf(bytes));
    expect(compiled.map(([name]) => path.posix.dirname(name))).toEqual([
      'node_modules/@img/sharp-libvips-linux-x64/lib',
      'node_modules/@img/sharp-linux-x64/lib',
    ]);
    for (const [, bytes] of compiled)
      expect(elfTarget(bytes)).toEqual({ x64: true, glibc: true, musl: false });
  });
});

/** Makes a checkout in which nothing is installed, or in which other versions are installed. */
async function makeCheckout(installed?: string): Promise<void> {
  await copyFile(path.join(root, 'package-lock.json'), path.join(elsewhere, 'package-lock.json'));
  if (installed === undefined) return;
  for (const place of places) {
    await mkdir(path.join(elsewhere, place), { recursive: true });
    const manifest = path.join(elsewhere, place, 'package.json');
    await writeFile(manifest, JSON.stringify({ version: installed }));
  }
}

/** The files that npm installs offline, on a simulated Mac; undefined if its cache is empty. */
async function installFromCache(): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  vi.stubEnv('npm_config_offline', 'true');
  vi.stubEnv('npm_config_os', 'darwin');
  vi.stubEnv('npm_config_cpu', 'arm64');
  try {
    return await sharpFiles(elsewhere);
  } catch (error) {
    const { cause } = error as Error;
    if (!String(cause).includes('ENOTCACHED')) throw error;
    console.warn('NOT RUN: the cache of npm lacks the packages of sharp');
    return undefined;
  }
}

describe('the files of sharp on a machine where they are not installed', () => {
  it.for([
    { where: 'nothing is installed', installed: undefined },
    { where: 'other versions are installed', installed: '0.0.1' },
  ])('come from npm and are the same: $where', async ({ installed }, { skip }) => {
    await makeCheckout(installed);
    const fromNpm = await installFromCache();
    if (fromNpm === undefined) return skip();
    expect([...fromNpm.keys()]).toEqual([...files.keys()]);
    const different = [...files].filter(
      ([name, bytes]) => !Buffer.from(bytes).equals(fromNpm.get(name) ?? Buffer.alloc(0)),
    );
    expect(different.map(([name]) => name)).toEqual([]);
  });

  it('cannot be read if npm cannot install them', async () => {
    await makeCheckout();
    vi.stubEnv('npm_config_offline', 'true');
    vi.stubEnv('npm_config_cache', path.join(elsewhere, 'cache'));
    await expect(sharpFiles(elsewhere)).rejects.toThrow(
      'node_modules does not contain the locked sharp for Linux x64, and npm could not install it in a ' +
        'temporary folder; connect to the registry and try again',
    );
  });
});

async function writeBelow(
  folder: string,
  contents: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

it('rejects a compiled package that is not the locked one, although npm treats it as optional', async () => {
  const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  const other = createHash('sha512').update('another package').digest('base64');
  lock.packages['node_modules/@img/sharp-linux-x64'].integrity = `sha512-${other}`;
  await writeFile(path.join(elsewhere, 'package-lock.json'), JSON.stringify(lock));
  vi.stubEnv('npm_config_offline', 'true');
  await expect(sharpFiles(elsewhere)).rejects.toThrow('npm could not install it');
});

const linux = { os: ['linux'], cpu: ['x64'], libc: ['glibc'] };
const lockOf = (packages: Lock['packages']): Lock => ({ lockfileVersion: 3, packages });

describe('the files of sharp with a nested package', () => {
  it('are listed once each, without the links of npm to programs', async () => {
    const nested = 'node_modules/sharp/node_modules/near';
    const packages = {
      'node_modules/sharp': {
        version: '2.0.0',
        dependencies: { near: '1' },
        optionalDependencies: { native: '1' },
      },
      [nested]: { version: '1.0.0' },
      'node_modules/native': { version: '3.0.0', ...linux },
    };
    await writeBelow(elsewhere, {
      'package-lock.json': JSON.stringify(lockOf(packages)),
      'node_modules/sharp/package.json': '{"version":"2.0.0"}',
      'node_modules/sharp/node_modules/unneeded/index.js': '',
      [`${nested}/package.json`]: '{"version":"1.0.0"}',
      [`${nested}/bin.js`]: '',
      'node_modules/native/package.json': '{"version":"3.0.0"}',
    });
    await mkdir(path.join(elsewhere, 'node_modules/sharp/node_modules/.bin'));
    const link = path.join(elsewhere, 'node_modules/sharp/node_modules/.bin/near');
    await symlink('../near/bin.js', link);
    expect([...(await sharpFiles(elsewhere)).keys()].toSorted()).toEqual([
      'node_modules/native/package.json',
      'node_modules/sharp/node_modules/near/bin.js',
      'node_modules/sharp/node_modules/near/package.json',
      'node_modules/sharp/package.json',
    ]);
  });
});

describe('the places of sharp in a lock', () => {
  it('are those of its direct and indirect dependencies, each at the nearest place', () => {
    const lock = lockOf({
      'node_modules/sharp': {
        dependencies: { near: '1', far: '1' },
        optionalDependencies: { '@img/sharp-linux-x64': '1' },
      },
      'node_modules/sharp/node_modules/near': { dependencies: { deep: '1', far: '1' } },
      'node_modules/sharp/node_modules/deep': {},
      'node_modules/near': { dependencies: { unneeded: '1' } },
      // A cycle.
      'node_modules/far': { dependencies: { sharp: '1' } },
      'node_modules/unneeded': {},
      'node_modules/@img/sharp-linux-x64': { ...linux, dependencies: { far: '1' } },
    });
    expect(placesOfSharp(lock)).toEqual([
      'node_modules/@img/sharp-linux-x64',
      'node_modules/far',
      'node_modules/sharp',
      'node_modules/sharp/node_modules/deep',
      'node_modules/sharp/node_modules/near',
    ]);
  });

  it.each([
    { other: 'another system', fields: { ...linux, os: ['darwin'] } },
    { other: 'another processor', fields: { ...linux, cpu: ['arm64'] } },
    { other: 'another C library', fields: { ...linux, libc: ['musl'] } },
  ])('do not include packages for $other or their dependencies', ({ fields }) => {
    const lock = lockOf({
      'node_modules/sharp': { optionalDependencies: { right: '1', wrong: '1', absent: '1' } },
      'node_modules/right': linux,
      'node_modules/wrong': { ...fields, dependencies: { emulator: '1' } },
      'node_modules/emulator': {},
    });
    expect(placesOfSharp(lock)).toEqual(['node_modules/right', 'node_modules/sharp']);
  });

  it.each([
    {
      why: 'sharp is not in it',
      packages: {},
      sentence: 'package-lock.json does not contain sharp; run: npm install',
    },
    {
      why: 'something that sharp needs is not in it',
      packages: { 'node_modules/sharp': { dependencies: { semver: '7' } } },
      sentence: 'package-lock.json does not contain semver; run: npm install',
    },
    {
      why: 'it was written on a machine of another kind',
      packages: {
        'node_modules/sharp': { optionalDependencies: { mac: '1' } },
        'node_modules/mac': { os: ['darwin'], cpu: ['arm64'] },
      },
      sentence:
        'package-lock.json has no sharp for Linux x64 with glibc; remove node_modules and ' +
        'package-lock.json, then run: npm install',
    },
  ])('are refused if $why', ({ packages, sentence }) => {
    expect(() => placesOfSharp(lockOf(packages))).toThrow(sentence);
  });
});
