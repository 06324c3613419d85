import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { entries } from './client-bundle.ts';
import { root } from './functions.ts';

const compiler = path.join(root, 'node_modules', 'typescript-compiler', 'bin', 'tsc');

/** The compiler options of the checkout, changed to write only the types of the entries. */
const settings = (outDir: string): object => ({
  extends: path.join(root, 'tsconfig.json'),
  compilerOptions: {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir,
    typeRoots: [path.join(root, 'node_modules', '@types')],
  },
  include: [],
  files: entries.map((entry) => path.join(root, 'client', `${entry}.ts`)),
});

/** Imports in published types name JavaScript files. */
const renameImports = (text: string): string =>
  text.replace(/(from '\.{1,2}\/(?:lib\/)?[a-z-]+)\.ts'/g, "$1.js'");

const importsIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)].map(([, what = '']) => what);

async function readEmitted(folder: string): Promise<Map<string, string>> {
  const all = await readdir(folder, { recursive: true });
  const names = all.filter((name) => name.endsWith('.d.ts'));
  const texts = names.map(
    async (name) => [name, renameImports(await readFile(path.join(folder, name), 'utf8'))] as const,
  );
  return new Map(await Promise.all(texts));
}

/** The types that the entries import. Throws for an import from outside the package. */
function followImports(texts: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  const follow = (name: string, from: string): void => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`the types of ${from} need ${name}`);
    if (found.has(name)) return;
    found.set(name, text);
    for (const what of importsIn(text))
      follow(path.posix.join(path.posix.dirname(name), what).replace(/\.js$/, '.d.ts'), name);
  };
  for (const entry of entries) follow(`${entry}.d.ts`, entry);
  return found;
}

/**
 * Compiles the types of the package. Returns them by file name, such as `signet.d.ts` and
 * `lib/recipe.d.ts`. They import nothing from outside the package.
 */
export async function clientDeclarations(): Promise<Map<string, string>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-client-types-'));
  try {
    const project = path.join(folder, 'tsconfig.json');
    await writeFile(project, JSON.stringify(settings(path.join(folder, 'types'))));
    await promisify(execFile)(process.execPath, [compiler, '-p', project]);
    return followImports(await readEmitted(path.join(folder, 'types', 'client')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
