// @ts-check
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { addFolder, cacheFolders, findFolder } from './cache.js';
import { sourceKey } from './source-key.js';

/*
 * The programs are written in TypeScript and use packages of several thousand files. Each is bundled at its first
 * start, and again when a source or a package has changed. All other starts load the bundle alone.
 */

const root = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {import('./source-key.js').ProgramName} ProgramName */

/** @param {ProgramName} program @param {string} folder */
async function build(program, folder) {
  // Its cache is in the temporary folder that all users share, where another could have put code.
  process.env['TSX_DISABLE_CACHE'] = '1';
  const { tsImport } = await import('tsx/esm/api');
  const { buildProgram } = await tsImport('../build/programs.ts', import.meta.url);
  await buildProgram(program, folder);
}

/** @param {unknown} thrown */
function explain(thrown) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (thrown);
  if (code === 'ERR_MODULE_NOT_FOUND') return 'a package is missing; run: npm ci';
  if (code === 'ENOSPC') return 'the disk is full; free some space and try again';
  return `the program could not be built: ${message}`;
}

/** @param {string} message @returns {never} */
function exitWith(message) {
  const asJson = process.argv.includes('--json');
  process.stderr.write(
    `${asJson ? JSON.stringify({ error: 'internal', message }) : `signet: ${message}`}\n`,
  );
  process.exit(1);
}

/**
 * The folder of a bundled program. Exits with 1 and a message if it cannot be built.
 *
 * @param {ProgramName} program
 * @returns {Promise<string>}
 */
export async function programFolder(program) {
  try {
    const prefix = `${program}-${sourceKey(root, program)}-`;
    const caches = cacheFolders(root);
    const found = findFolder(caches, prefix);
    return found ?? (await addFolder(caches, prefix, (folder) => build(program, folder)));
  } catch (thrown) {
    return exitWith(explain(thrown));
  }
}

/** The address of a program's entry. @param {string} folder */
export const mainModule = (folder) => pathToFileURL(path.join(folder, 'main.mjs')).href;
