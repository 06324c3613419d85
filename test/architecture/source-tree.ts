import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/* The source files of the project and what they import, read from disk. */

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The top folders that hold source code. */
export const topFolders = [
  ...[
    'shared',
    'render',
    'edge',
    'tasks',
    'client',
    'operator',
    'cli',
    'console',
    'build',
    'infra',
    'local',
    'bench',
  ],
] as const;

export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(?:tsx?|mjs|js)$/.test(one.name))
    .map((one) => path.relative(root, path.join(one.parentPath, one.name)).replaceAll('\\', '/'))
    .filter((file) => !file.includes('/node_modules/'))
    .toSorted();
}

/** Every source file, as a path below the root. */
export const files: readonly string[] = topFolders.flatMap(filesBelow);

/** The text of every source file. */
export const sources: ReadonlyMap<string, string> = new Map(
  files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]),
);

/** `import … from 'x'`, `import 'x'`, `export … from 'x'`, `import('x')`. */
const staticImport =
  /^(?:import|export)\s(?<type>type\s)?(?:[^'";]*?\sfrom\s)?\s*'(?<what>[^']+)'/gm;
const dynamicImport = /\bimport\(\s*'(?<what>[^']+)'/g;

function resolve(file: string, what: string): string {
  return what.startsWith('.') ? path.posix.join(path.posix.dirname(file), what) : what;
}

function importsOf(file: string): readonly Import[] {
  const source = sources.get(file) ?? '';
  return [...source.matchAll(staticImport), ...source.matchAll(dynamicImport)].map(
    ({ groups }) => ({
      from: file,
      to: resolve(file, groups?.['what'] ?? ''),
      typeOnly: groups?.['type'] !== undefined,
    }),
  );
}

export const imports: readonly Import[] = files.flatMap(importsOf);

export const topFolderOf = (file: string): string => file.split('/')[0] ?? '';

export const printImport = ({ from, to }: Import): string => `${from} imports ${to}`;
