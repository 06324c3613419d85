import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { clientModule, type Entry, entries } from './client-bundle.ts';
import { clientDeclarations } from './client-declarations.ts';
import { root } from './functions.ts';
import { publishedManifest } from './npm-package.ts';

/** The README, with links into this repository as plain text: the package has none of those files. */
async function readme(): Promise<string> {
  const text = await readFile(path.join(root, 'client', 'README.md'), 'utf8');
  return text.replace(/\[([^\]]+)\]\((?!#|https?:)[^)]+\)/g, '$1');
}

/**
 * Builds the package to publish: a module for each entry, the types, the manifest and the documents. Empties
 * the folder first. Returns the modules.
 */
export async function clientPackage(folder: string): Promise<ReadonlyMap<Entry, Uint8Array>> {
  const modules = await Promise.all(
    entries.map(async (entry) => [entry, await clientModule(entry)] as const),
  );
  const types = await clientDeclarations();
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'lib'), { recursive: true });
  const write = (name: string, content: string | Uint8Array) =>
    writeFile(path.join(folder, name), content);
  for (const [entry, code] of modules) await write(`${entry}.js`, code);
  for (const [name, text] of types) await write(name, text);
  await write('package.json', await publishedManifest('client'));
  await write('README.md', await readme());
  await copyFile(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  return new Map(modules);
}

/**
 * Packs a built package as npm publishes it. Returns the path of the `.tgz`. npm writes the same times and modes
 * every time, so the same package gives the same bytes. Bundlers treat an installed `.tgz` as any other package; a
 * linked folder is outside the application, and Turbopack does not read it.
 */
export async function packPackage(folder: string, destination: string): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: folder });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error('npm pack has written no file');
  return path.join(destination, packed.filename);
}
