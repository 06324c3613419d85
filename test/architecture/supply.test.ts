import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Package = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  /** It is in the archive of another package, which has its own hash. */
  readonly inBundle?: boolean;
};
const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as T;

type Manifest = Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>;
const manifests = ['', '.ci/node24/', 'test/frameworks/'].map((folder) =>
  read<Manifest>(`${folder}package.json`),
);
const locks = [
  'package-lock.json',
  '.ci/node24/package-lock.json',
  'test/frameworks/package-lock.json',
];

function packagesIn(lock: string): readonly [string, Package][] {
  const { packages } = read<{ packages: Record<string, Package> }>(lock);
  return Object.entries(packages).filter(([name, { inBundle }]) => name !== '' && !inBundle);
}

describe('the dependencies', () => {
  it('are pinned to exact versions', () => {
    const ranges = manifests.flatMap(({ dependencies, devDependencies }) =>
      Object.values({ ...dependencies, ...devDependencies }),
    );
    expect(ranges.filter((range) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
    expect(ranges.length).toBeGreaterThan(10);
  });

  it.each(locks)('are locked by SHA-512 in %s, and come from nowhere but the registry', (lock) => {
    const packages = packagesIn(lock);
    const unlocked = packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    const elsewhere = packages.filter(([, { resolved }]) => resolved !== undefined);
    expect(unlocked).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(packages.length).toBeGreaterThan(0);
  });

  it('have no install script but those that are not needed', () => {
    const scripted = packagesIn('package-lock.json')
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([name]) => name.replace(/^.*node_modules\//, ''));
    // Both only check or speed up what their optional packages bring; fsevents is for macOS.
    expect(scripted.filter((name) => !['esbuild', 'fsevents', 'sharp'].includes(name))).toEqual([]);
  });
});
