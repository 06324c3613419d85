// @ts-check
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folders that each program is made from. `build/programs.ts` checks that they are enough. */
export const sourceFolders = {
  signet: ['bin', 'build', 'cli', 'operator', 'shared'],
  start: ['bin', 'build', 'edge', 'local', 'render', 'shared', 'tasks'],
  console: ['bin', 'build', 'client', 'console', 'operator', 'shared'],
};

/** @typedef {keyof typeof sourceFolders} ProgramName */

/** @param {string} name */
const isSource = (name) => /\.(?:[jt]sx?|css)$/.test(name);

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return '';
  }
}

/**
 * The key of a program: a hash of its sources and of the list of installed packages. Contents are hashed, not dates:
 * git, archives and images set dates as they like, and reading the files takes about 15 ms. The path belongs to the
 * key because a program contains the paths of the files that it reads.
 *
 * @param {string} root the checkout
 * @param {ProgramName} program
 */
export function sourceKey(root, program) {
  const hash = createHash('sha256');
  /** @param {string} name @param {string | Uint8Array} content */
  const add = (name, content) => hash.update(`${name}\0${content.length}\0`).update(content);
  add('root', root);
  for (const name of ['tsconfig.json', 'package-lock.json', 'node_modules/.package-lock.json'])
    add(name, readIfThere(path.join(root, name)));
  for (const folder of sourceFolders[program])
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(isSource)
      .sort())
      add(`${folder}/${name}`, readFileSync(path.join(root, folder, name)));
  return hash.digest('hex').slice(0, 32);
}
