import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes the files of a zip into a folder, by their names. */
export async function writeUnzipped(
  files: Readonly<Record<string, Uint8Array>>,
  folder: string,
): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), bytes);
  }
}
