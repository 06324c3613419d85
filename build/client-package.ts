import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
