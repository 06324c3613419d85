import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { filesBelow } from './zip.ts';

/** The fields of a package in package-lock.json that are used here. */
type LockedPackage = {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
};

/** The package-lock.json of npm 7 and later: packages by the folder in which they are installed. */
export type Lock = {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** The platform of Lambda@Edge. */
const platform = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;

function runsOnPlatform({ os, cpu, libc }: LockedPackage): boolean {
  return (
    (os?.includes(platform.os) ?? true) &&
    (cpu?.includes(platform.cpu) ?? true) &&
    (libc?.includes(platform.libc) ?? true)
  );
}

const packageAt = (lock: Lock, place: string): LockedPackage => lock.packages[place] ?? {};

/** The folder of the package that contains a nested package; empty for a package of the root. */
const parentPlace = (place: string): string =>
  place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')));

/** Searches like Node: in the package itself, then next to it, then next to its parent. */
function placeOf(lock: Lock, name: string, from: string): string | undefined {
  const place = path.posix.join(from, 'node_modules', name);
  if (Object.hasOwn(lock.packages, place)) return place;
  return from === '' ? undefined : placeOf(lock, name, parentPlace(from));
}

function requiredPlace(lock: Lock, name: string, from: string): string {
  const place = placeOf(lock, name, from);
  if (place === undefined)
    throw new Error(`package-lock.json does not contain ${name}; run: npm install`);
  return place;
}

type Choice = (locked: LockedPackage) => boolean;

function dependencyPlaces(lock: Lock, place: string, choose: Choice): readonly string[] {
  const { dependencies = {}, optionalDependencies = {} } = packageAt(lock, place);
  const required = Object.keys(dependencies).map((name) => requiredPlace(lock, name, place));
  const optional = Object.keys(optionalDependencies)
    .map((name) => placeOf(lock, name, place))
    .filter((one) => one !== undefined)
    .filter((one) => choose(packageAt(lock, one)));
  return [...required, ...optional];
}

/** The folders of sharp and its dependencies, with the optional packages that are chosen. */
function placesFromSharp(lock: Lock, choose: Choice): readonly string[] {
  const found = new Set([requiredPlace(lock, 'sharp', '')]);
  // The loop also visits folders that are added to the set while it runs.
  for (const place of found)
    for (const next of dependencyPlaces(lock, place, choose)) found.add(next);
  return [...found].toSorted();
}

/**
 * The folders of sharp and its dependencies on Linux x64 with glibc, such as `node_modules/sharp`. Throws if
 * the lock does not contain one of them, or no package compiled for that platform.
 */
export function placesOfSharp(lock: Lock): readonly string[] {
  const places = placesFromSharp(lock, runsOnPlatform);
  // npm sometimes writes a lock with only the optional packages of the current machine.
  if (!places.some((place) => packageAt(lock, place).cpu !== undefined))
    throw new Error(
      'package-lock.json has no sharp for Linux x64 with glibc; remove node_modules and ' +
        'package-lock.json, then run: npm install',
    );
  return places;
}

const readJson = async <T>(file: string): Promise<T> =>
  JSON.parse(await readFile(file, 'utf8')) as T;

async function installedVersion(root: string, place: string): Promise<string | undefined> {
  try {
    const manifest = await readJson<LockedPackage>(path.join(root, place, 'package.json'));
    return manifest.version;
  } catch {
    return undefined;
  }
}

async function areInstalled(root: string, lock: Lock, places: readonly string[]): Promise<boolean> {
  const versions = await Promise.all(places.map((place) => installedVersion(root, place)));
  return places.every((place, index) => packageAt(lock, place).version === versions[index]);
}

/** Writes a project that contains only sharp. Its lock keeps the rows of the real lock, with integrity. */
async function writeProject(folder: string, lock: Lock): Promise<void> {
  const dependencies = { sharp: packageAt(lock, requiredPlace(lock, 'sharp', '')).version };
  const manifest = { name: 'signet-sharp', version: '0.0.0', private: true, dependencies };
  // Packages for other platforms are included, because npm rejects a lock without them as out of sync.
  const places = placesFromSharp(lock, () => true);
  const packages = Object.fromEntries(places.map((place) => [place, packageAt(lock, place)]));
  const { lockfileVersion } = lock;
  const { name, version } = manifest;
  const derived = { name, version, lockfileVersion, packages: { '': manifest, ...packages } };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(derived));
}

const quietFlags = ['--ignore-scripts', '--no-bin-links', '--no-audit', '--no-fund'];
const platformFlags = Object.entries(platform).map(([flag, value]) => `--${flag}=${value}`);

async function install(folder: string, lock: Lock): Promise<void> {
  await writeProject(folder, lock);
  // The prefix is explicit, because npm within `npm run` could use the outer project.
  const here = ['--prefix', folder, '--include=optional'];
  await promisify(execFile)('npm', ['ci', ...here, ...quietFlags, ...platformFlags], {
    cwd: folder,
  });
}

/** False for types and source maps, and for nested packages, which have their own folder. */
const isRunTimeFile = (name: string): boolean =>
  !/\.(?:[cm]?ts|map)$/.test(name) && !name.startsWith('node_modules/');

async function readPackages(
  root: string,
  places: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const place of places)
    for (const [name, bytes] of await filesBelow(path.join(root, place), isRunTimeFile))
      found.set(`${place}/${name}`, bytes);
  return found;
}

async function readInstalled(
  lock: Lock,
  places: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-sharp-'));
  try {
    await install(folder, lock);
    // Fails for an optional package that npm could not get, which npm does not report.
    return await readPackages(folder, places);
  } catch (cause) {
    throw new Error(
      'node_modules does not contain the locked sharp for Linux x64, and npm could not install it in a ' +
        'temporary folder; connect to the registry and try again',
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Returns the files of sharp and its dependencies on Linux x64 with glibc, by their names in a zip, such as
 * `node_modules/sharp/package.json`. `root` is a checkout.
 *
 * If its node_modules match package-lock.json, the files are read from there, without a network. On another
 * platform the compiled packages are missing: npm then installs the locked packages in a temporary folder,
 * from its cache or the registry. Throws if npm cannot install them, and if `placesOfSharp` throws.
 */
export async function sharpFiles(root: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const lock = await readJson<Lock>(path.join(root, 'package-lock.json'));
  const places = placesOfSharp(lock);
  if (await areInstalled(root, lock, places)) return readPackages(root, places);
  return readInstalled(lock, places);
}
