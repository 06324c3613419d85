import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './functions.ts';

/** The lock is read, not node_modules, so that the packages for every platform are listed. */
const words = [
  ...['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'],
  '--package-lock-only',
];

type Lock = {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
};

const readJson = async (file: string) => JSON.parse(await readFile(path.join(root, file), 'utf8'));

/**
 * Writes the manifest and the lock without the packages for development. `npm sbom --omit dev` would also
 * omit packages that run and that a package for development uses too, such as tsx.
 */
async function writeRunning(folder: string): Promise<void> {
  const { devDependencies: _manifest, ...manifest } = await readJson('package.json');
  const { packages, ...lock } = (await readJson('package-lock.json')) as Lock;
  const running = Object.entries(packages).filter(([place, { dev }]) => place !== '' && !dev);
  const reduced = { ...lock, packages: { '': manifest, ...Object.fromEntries(running) } };
  await mkdir(folder);
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(reduced));
}

/** Removes the random number and the time. The same lock gives the same bytes with the same version of npm. */
function removeRandomParts(text: string): string {
  const { serialNumber: _random, metadata, ...bill } = JSON.parse(text);
  const { timestamp: _now, component, ...rest } = metadata;
  // The checkout is not a package of the registry, where another project has its name.
  const { purl: _other, ...described } = component;
  return `${JSON.stringify({ ...bill, metadata: { ...rest, component: described } }, null, 2)}\n`;
}

/**
 * The software bill of materials in the form of CycloneDX: every package that runs, with its version, licence
 * and SHA-512. npm makes it. Throws if npm fails.
 */
export async function softwareBill(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-sbom-'));
  try {
    // npm names the component after its folder.
    const project = path.join(folder, 'signet');
    await writeRunning(project);
    const options = { cwd: project, maxBuffer: 2 ** 26 };
    const { stdout } = await promisify(execFile)('npm', words, options);
    return removeRandomParts(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
