import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ZipOptions, type Zippable, zipSync } from 'fflate';

/** "Made by Unix": only then the upper half of the attributes is a file's mode. */
const unix = 3;
/** A plain file that everybody may read: Lambda runs as a user that did not unpack it. */
const mode = 0o100_644;

/** A zip's times have no zone, and fflate reads the local clock: so local midnight, not UTC's. */
const options = (): ZipOptions => ({
  level: 9,
  mtime: new Date(1980, 0, 1),
  os: unix,
  attrs: mode << 16,
});

/**
 * The zip of these files, by their names in it. The same files give the same bytes, wherever and
 * whenever they are zipped: fflate compresses in JavaScript, so no zlib of a Node has a part in it.
 */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const zippable: Zippable = {};
  for (const [name, bytes] of sorted) zippable[name] = [bytes, options()];
  return zipSync(zippable);
}

function checkPlainFile(entry: Dirent, file: string): void {
  if (entry.isSymbolicLink())
    throw new Error(`${file} is a symbolic link, which leads nowhere on Lambda; put a copy there`);
  if (!entry.isFile())
    throw new Error(`${file} is neither a file nor a folder, so no zip can hold it; remove it`);
}

/**
 * Every file below a folder, by its name in a zip: the path from the folder, with slashes. What is
 * not wanted is not read. Throws for a wanted symbolic link, pipe, socket or device.
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
