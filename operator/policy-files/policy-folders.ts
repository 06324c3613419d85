import { stat } from 'node:fs/promises';
import { unreadableFile } from '../file-failure.ts';

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw unreadableFile(path, thrown);
  });
  return found.isDirectory();
}

/** Whether each path is a folder, which stands for all policies in it. Throws `unreadable_file`. */
export const areFolders = async (paths: readonly string[]): Promise<boolean> =>
  (await Promise.all(paths.map(isFolder))).every(Boolean);
