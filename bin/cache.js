// @ts-check
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/*
 * Folders with bundled programs. A folder is written under another name and renamed when it is complete, it is never
 * changed afterwards, and its name is not used again. So starts at the same time, and starts of different versions,
 * do not disturb each other.
 */

/** Lists the files of a folder with their hashes. */
const sealName = 'seal.json';

/** After this time, in milliseconds, a folder is deleted when another is added. */
const keptMs = 24 * 60 * 60 * 1_000;

/** @param {string} file */
const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The home folder; empty for a user that the system does not know, as in some containers. */
function homeFolder() {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/**
 * The caches, best first: beside the packages, which `npm ci` empties, or that of the user. A folder that all users of
 * the machine share is not used.
 *
 * @param {string} root the checkout
 */
export function cacheFolders(root) {
  const packages = path.join(root, 'node_modules');
  const own = process.env['XDG_CACHE_HOME'] || path.join(homeFolder(), '.cache');
  return [
    ...(existsSync(packages) ? [path.join(packages, '.cache', 'signet')] : []),
    ...(path.isAbsolute(own) ? [path.join(own, 'signet')] : []),
  ];
}

/**
 * Whether only people whose code runs anyway can write into a folder: this user, the owner of this file, and root.
 * Windows keeps the folders of users apart itself.
 *
 * @param {string} folder
 */
function isTrusted(folder) {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return false;
  if (process.getuid === undefined) return true;
  const owners = [0, process.getuid(), statSync(new URL(import.meta.url)).uid];
  return owners.includes(found.uid) && (found.mode & 0o022) === 0;
}

/** Whether a folder contains what was written. @param {string} folder */
function isComplete(folder) {
  try {
    /** @type {Record<string, string>} */
    const seal = JSON.parse(readFileSync(path.join(folder, sealName), 'utf8'));
    const files = Object.entries(seal);
    return files.every(([name, hash]) => hashOf(path.join(folder, name)) === hash);
  } catch {
    return false;
  }
}

/** @param {string} cache @returns {readonly string[]} */
function foldersIn(cache) {
  try {
    return isTrusted(cache) ? readdirSync(cache).map((name) => path.join(cache, name)) : [];
  } catch {
    // This user may not list it.
    return [];
  }
}

/**
 * Finds a folder that can be run. A damaged one, and one that somebody else could have written, is passed over.
 *
 * @param {readonly string[]} caches
 * @param {string} prefix what its name begins with
 */
export const findFolder = (caches, prefix) =>
  caches
    .flatMap(foldersIn)
    .find(
      (folder) =>
        path.basename(folder).startsWith(prefix) && isTrusted(folder) && isComplete(folder),
    );

/**
 * Makes an empty folder in the first cache that can be written, otherwise a temporary one for this run.
 *
 * @param {readonly string[]} caches
 */
function makeFolder(caches) {
  for (const cache of caches) {
    try {
      mkdirSync(cache, { recursive: true, mode: 0o755 });
      if (isTrusted(cache)) return { cache, folder: mkdtempSync(path.join(cache, '.new-')) };
    } catch {
      // It is read-only, or full.
    }
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { folder };
}

/**
 * Lists the files, and lets all users read them and nobody else write them: in an image, root builds for another user.
 * Until then the folder is that of this user alone.
 *
 * @param {string} folder
 */
function seal(folder) {
  /** @type {Record<string, string>} */
  const hashes = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const entry = path.join(folder, name);
    const isFile = statSync(entry).isFile();
    if (isFile) hashes[name] = hashOf(entry);
    chmodSync(entry, isFile ? 0o644 : 0o755);
  }
  writeFileSync(path.join(folder, sealName), JSON.stringify(hashes));
  chmodSync(path.join(folder, sealName), 0o644);
  chmodSync(folder, 0o755);
}

/** @param {string} cache */
function deleteOld(cache) {
  for (const name of readdirSync(cache)) {
    const folder = path.join(cache, name);
    try {
      if (Date.now() - lstatSync(folder).mtimeMs > keptMs)
        rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another start deletes it, or it belongs to another user.
    }
  }
}

/**
 * Adds a folder. Throws the errors of `fill`, and those of a disk that is full.
 *
 * @param {readonly string[]} caches
 * @param {string} prefix what its name begins with
 * @param {(folder: string) => Promise<unknown>} fill writes the files
 */
export async function addFolder(caches, prefix, fill) {
  const { cache, folder } = makeFolder(caches);
  try {
    await fill(folder);
    seal(folder);
    if (cache === undefined) return folder;
    const complete = path.join(cache, `${prefix}${path.basename(folder).slice('.new-'.length)}`);
    renameSync(folder, complete);
    deleteOld(cache);
    return complete;
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw thrown;
  }
}
