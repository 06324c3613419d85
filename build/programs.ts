import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { type ProgramName, sourceFolders } from '../bin/source-key.js';
import { bundlePage } from './console-page.ts';
import { bundleFunction, bundleProgram, localEntries, prebuiltFile } from './functions.ts';

/* The programs of a checkout, as modules that `bin/` keeps and loads. */

const entries = {
  signet: 'cli/main.ts',
  start: 'local/main.ts',
  console: 'console/main.ts',
} as const satisfies Readonly<Record<ProgramName, string>>;

/** Sources read files beside them, so in the bundle each keeps the address of its own file. */
const ownAddresses: Plugin = {
  name: 'own addresses',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async (file) => {
      if (file.path.includes('node_modules')) return undefined;
      const source = await readFile(file.path, 'utf8');
      const address = JSON.stringify(pathToFileURL(file.path).href);
      return { contents: source.replaceAll('import.meta.url', address), loader: 'ts' };
    }),
};

/** Throws if a source is not part of the key, since then a change of it would go unseen. */
function checkSources(program: ProgramName, inputs: readonly string[]): void {
  const folders = sourceFolders[program];
  const isKnown = (input: string): boolean =>
    input.includes('node_modules/') || folders.some((folder) => input.startsWith(`${folder}/`));
  const unknown = inputs.find((input) => !isKnown(input));
  if (unknown !== undefined)
    throw new Error(`${unknown} is not in a folder of sourceFolders.${program}; add its folder`);
}

async function writeFunctions(folder: string): Promise<readonly string[]> {
  await mkdir(folder);
  const inputs = localEntries.map(async (entry) => {
    const bundled = await bundleFunction(entry);
    await writeFile(path.join(folder, prebuiltFile(entry)), bundled.code);
    return bundled.inputs;
  });
  return (await Promise.all(inputs)).flat();
}

async function writePage(folder: string): Promise<readonly string[]> {
  const { files, inputs } = await bundlePage();
  await mkdir(folder);
  for (const { name, code } of files) await writeFile(path.join(folder, name), code);
  return inputs;
}

/** What a program needs besides its own modules. Returns the files that it was made from. */
async function writeCompanions(program: ProgramName, folder: string): Promise<readonly string[]> {
  if (program === 'start') return writeFunctions(path.join(folder, 'functions'));
  return program === 'console' ? writePage(path.join(folder, 'page')) : [];
}

/**
 * Writes a program into an empty folder: `main.mjs`, its parts, for `start` the code of the functions, and for
 * `console` the page.
 */
export async function buildProgram(program: ProgramName, folder: string): Promise<void> {
  const { files, inputs } = await bundleProgram(entries[program], {
    plugins: [ownAddresses],
    extension: '.mjs',
  });
  for (const { name, code } of files) await writeFile(path.join(folder, name), code);
  checkSources(program, [...inputs, ...(await writeCompanions(program, folder))]);
  // Otherwise its process would stay until this one ends.
  const { stop } = await import('esbuild');
  await stop();
}
