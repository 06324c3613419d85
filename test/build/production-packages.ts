import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isProof } from '../proof/cases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Lock = { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> };

/** The packages of the checkout that `npm ci --omit=dev` installs, as paths such as `node_modules/sharp`. */
async function productionPlaces(): Promise<readonly string[]> {
  const { packages } = JSON.parse(
    await readFile(path.join(root, 'package-lock.json'), 'utf8'),
  ) as Lock;
  return Object.entries(packages)
    .filter(([place, { dev }]) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(place) && !dev)
    .map(([place]) => place)
    .filter((place) => existsSync(path.join(root, place)));
}

/**
 * Installs the packages of a checkout without those for development: with npm in the proof, otherwise as links to the
 * packages of this checkout, since npm may need a network.
 */
export async function installProduction(folder: string): Promise<void> {
  if (isProof) {
    await promisify(execFile)('npm', ['ci', '--omit=dev'], { cwd: folder });
    return;
  }
  for (const place of await productionPlaces()) {
    await mkdir(path.dirname(path.join(folder, place)), { recursive: true });
    await symlink(path.join(root, place), path.join(folder, place));
  }
}
