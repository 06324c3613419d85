import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { filesBelow } from './zip.ts';

/** What package-lock.json says of one package, as far as it matters here. */
type LockedPackage = {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
};

/** package-lock.json of npm 7 and later: every package by the place where it is installed. */
export type Lock = {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** Where Lambda@Edge runs, whatever machine builds for it. */
const platform = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;

function runsOnPlatform({ os, cpu, libc }: LockedPackage): boolean {
  return (
    (os?.includes(platform.os) ?? true) &&
    (cpu?.includes(platform.cpu) ?? true) &&
    (libc?.includes(platform.libc) ?? true)
  );
}

const packageAt = (lock: Lock, place: string): LockedPackage => lock.packages[place] ?? {};

/** The package around a nested one; nothing around those of the root. */
const parentPlace = (place: string): string =>
  place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')));

/** Node's own search: in the package itself, then beside it, then beside the one around it. */
function placeOf(lock: Lock, name: string, from: string): string | undefined {
  const place = path.posix.join(from, 'node_modules', name);
  if (Object.hasOwn(lock.packages, place)) return place;
  return from === '' ? undefined : placeOf(lock, name, parentPlace(from));
}

function requiredPlace(lock: Lock, name: string, from: string): string {
  const place = placeOf(lock, name, from);
  if (place === undefined)
    throw new Error(`package-lock.json lacks ${name}, which is needed; run: npm install`);
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

/** sharp and all that it needs, with those optional packages that are chosen. */
function placesFromSharp(lock: Lock, choose: Choice): readonly string[] {
  const found = new Set([requiredPlace(lock, 'sharp', '')]);
  // A set that grows while it is walked is walked to its end.
  for (const place of found)
    for (const next of dependencyPlaces(lock, place, choose)) found.add(next);
  return [...found].toSorted();
}

/**
 * Where sharp lies, and all that it needs on Linux x64 with glibc: `node_modules/sharp`, … Throws
 * for a lock without one of them, or without what was compiled for that platform.
 */
export function placesOfSharp(lock: Lock): readonly string[] {
  const places = placesFromSharp(lock, runsOnPlatform);
  // npm is known to write locks with the optional packages of the machine at hand alone.
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

/** A project of sharp alone, whose lock keeps every row of the real one, with its integrity. */
async function writeProject(folder: string, lock: Lock): Promise<void> {
  const dependencies = { sharp: packageAt(lock, requiredPlace(lock, 'sharp', '')).version };
  const manifest = { name: 'signet-sharp', version: '0.0.0', private: true, dependencies };
  // Those for other platforms too: npm takes a lock without them for one out of step.
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
  // Named, because npm inside of an `npm run` could take the outer project for its own.
  const here = ['--prefix', folder, '--include=optional'];
  await promisify(execFile)('npm', ['ci', ...here, ...quietFlags, ...platformFlags], {
    cwd: folder,
  });
}

/** Types and maps are for people; and what is nested is a package with a place of its own. */
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
    // It fails for what npm left out: an optional package that it cannot get, without a word.
    return await readPackages(folder, places);
  } catch (cause) {
    throw new Error(
      'node_modules lack sharp for Linux x64 as package-lock.json has it, and npm could not ' +
        'install it in a folder of its own; connect to the registry and try again',
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The files of sharp, and of all it needs on Linux x64 with glibc, by their names in a zip:
 * `node_modules/sharp/package.json`, … `root` is a checkout.
 *
 * Where its node_modules have what package-lock.json says they are taken from there, without a
 * network. On a machine of another kind they lack the compiled parts: npm then installs the locked
 * packages in a folder of its own, for which it needs its cache or the registry. Throws when it
 * gets them from neither, and for what `placesOfSharp` refuses.
 */
export async function sharpFiles(root: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const lock = await readJson<Lock>(path.join(root, 'package-lock.json'));
  const places = placesOfSharp(lock);
  if (await areInstalled(root, lock, places)) return readPackages(root, places);
  return readInstalled(lock, places);
}
