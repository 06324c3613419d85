import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ZipOptions, type Zippable, zipSync } from 'fflate';

/** "Made by Unix": only then do the upper 16 bits of the attributes hold the file mode. */
const unix = 3;
/** A plain file that every user may read, because Lambda runs as another user than the one that unpacks. */
const mode = 0o100_644;

/** Times in a zip have no zone and fflate writes local time, so the date is local midnight. */
const options = (): ZipOptions => ({
  level: 9,
  mtime: new Date(1980, 0, 1),
  os: unix,
  attrs: mode << 16,
});

/**
 * Zips files, which are given by their names in the zip. The same files always give the same bytes: fflate
 * compresses in JavaScript, so the result does not depend on the zlib of Node.
 */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const zippable: Zippable = {};
  for (const [name, bytes] of sorted) zippable[name] = [bytes, options()];
  return zipSync(zippable);
}

function checkPlainFile(entry: Dirent, file: string): void {
  if (entry.isSymbolicLink())
    throw new Error(
      `${file} is a symbolic link, which does not work on Lambda; replace it with a copy`,
    );
  if (!entry.isFile())
    throw new Error(`${file} is neither a file nor a folder, so it cannot be zipped; remove it`);
}

/**
 * Reads every wanted file below a folder. Returns them by their path relative to the folder, with slashes.
 * Throws if a wanted entry is a symbolic link, pipe, socket or device.
 */
export async function filesBelow(
  folder: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).replaceAll(path.sep, '/');
    if (entry.isDirectory() || !wanted(name)) continue;
    checkPlainFile(entry, file);
    found.set(name, await readFile(file));
  }
  return found;
}
