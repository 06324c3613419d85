import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { unreadableFile } from '../file-failure.ts';

async function isFolder(at: string): Promise<boolean> {
  const found = await stat(at).catch((thrown: unknown) => {
    throw unreadableFile(at, thrown);
  });
  return found.isDirectory();
}

/** Whether each path is a folder, which stands for all policies in it. Throws `unreadable_file`. */
export const areFolders = async (paths: readonly string[]): Promise<boolean> =>
  (await Promise.all(paths.map(isFolder))).every(Boolean);

/** Every JSON file in folders and in the folders below them. */
export async function policyCandidates(folders: readonly string[]): Promise<readonly string[]> {
  const listed = folders.map(async (folder) => {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name));
  });
  return (await Promise.all(listed)).flat();
}
