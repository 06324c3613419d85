import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './functions.ts';

/** The published manifest of a folder. The one in the checkout is private, so that npm cannot publish sources. */
export async function publishedManifest(folder: string): Promise<string> {
  const text = await readFile(path.join(root, folder, 'package.json'), 'utf8');
  const { private: _private, ...published } = JSON.parse(text);
  return `${JSON.stringify(published, null, 2)}\n`;
}

const repositoryForm = /^https:\/\/[\w.-]+(?:\/[\w.-]+){2,}$/;

/**
 * Adds the address of the repository to the manifest of a built package: `https://HOST/OWNER/NAME`. npm accepts a
 * package with provenance only if its manifest names the repository that it was built in. Throws for another form.
 */
export async function nameRepository(folder: string, repository: string): Promise<void> {
  if (!repositoryForm.test(repository))
    throw new Error(
      `--repository is "${repository}"; write its address: https://github.com/OWNER/NAME`,
    );
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  const named = {
    ...manifest,
    repository: { type: 'git', url: `git+${repository}.git` },
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
  };
  await writeFile(file, `${JSON.stringify(named, null, 2)}\n`);
}

/**
 * Packs a built package into a tarball in another folder, and returns the path of the tarball. npm sorts the files
 * and gives all of them one date, so the same files give the same bytes with the same version of npm. Bundlers treat
 * an installed tarball as any other package; a linked folder is outside the application, and Turbopack does not read it.
 */
export async function packPackage(folder: string, into: string): Promise<string> {
  await mkdir(into, { recursive: true });
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const { stdout } = await promisify(execFile)('npm', words, { cwd: folder });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error(`npm pack made no tarball of ${folder}`);
  return path.join(into, packed.filename);
}
