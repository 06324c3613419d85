import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Creates a folder and its parents with mode 0700. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) await chmod(path, 0o700);
  else await syncFolder(dirname(first));
}

/** Syncs a folder, so that the names in it survive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot sync a folder. NTFS journals names itself.
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes and syncs a file with a unique name. On a failure the file is deleted. */
export async function writeTemporary(
  folder: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<string> {
  const path = join(folder, `${randomUUID()}.tmp`);
  const handle = await open(path, 'wx', 0o600);
  try {
    await write(handle);
    await handle.sync();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
  return path;
}

/** Renames a temporary file to its target, atomically, and makes the rename durable. */
export async function commitFile(temporary: string, target: string): Promise<void> {
  await rename(temporary, target);
  await syncFolder(dirname(target));
}

/** Deletes temporary files of writers that were killed. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder);
  const leftovers = names.filter((name) => name.endsWith('.tmp'));
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true })));
}
