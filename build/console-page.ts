import path from 'node:path';
import type { Plugin } from 'esbuild';
import { root } from './functions.ts';

/** A file of the console's page. */
export type BuiltFile = { readonly name: string; readonly code: Uint8Array };

/** The page of the console, and the files that it was made from. */
export type BuiltPage = {
  readonly files: readonly BuiltFile[];
  readonly inputs: readonly string[];
};

const entry = 'console/page/main.tsx';

/** The colours are set before the first paint, by the sheet alone, so the page needs no inline script. */
const indexOf = (script: string, sheet: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Signet console</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/${sheet}">
<script type="module" src="/${script}"></script>
<body><div id="root"></div></body>
</html>
`;

/** The file of the entry with this ending. Parts that are loaded later have other names. */
function entryFile(files: readonly BuiltFile[], extension: string): string {
  const found = files.find(({ name }) => name.startsWith('main-') && name.endsWith(extension));
  if (found === undefined) throw new Error(`the page has no ${extension} file`);
  return found.name;
}

/** Bundles the page for browsers of the last two years. Throws esbuild's errors. */
export async function bundlePage(plugins: Plugin[] = []): Promise<BuiltPage> {
  const { build } = await import('esbuild');
  const outdir = path.join(root, 'dist');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    bundle: true,
    plugins,
    minify: true,
    splitting: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
    outdir,
  });
  const files = outputFiles.map((file) => ({
    name: path.relative(outdir, file.path),
    code: file.contents,
  }));
  const index = indexOf(entryFile(files, '.js'), entryFile(files, '.css'));
  return {
    files: [...files, { name: 'index.html', code: Buffer.from(index) }],
    inputs: Object.keys(metafile.inputs),
  };
}
