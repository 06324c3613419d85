import { randomUUID } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Installation } from '../target/target.ts';
import { type CheckSubject, type Finding, fail, pass } from './finding.ts';

/** Below this many bytes, a few uploads of 50 MB fill the disk. */
const fewBytes = 200_000_000;

/** More than is left in the last block of a file. */
const probeBytes = 65_536;

/** The folders of the stack that every change writes to. */
const written = (home: string): readonly string[] => [
  home,
  path.join(home, 's3', 'incoming'),
  path.join(home, 'secrets'),
];

/** Writes a file and removes it. Returns the code of the error, if there is one. */
async function tryWriting(folder: string): Promise<string | undefined> {
  // The next start removes a file of this name, if it is left.
  const file = path.join(folder, `${randomUUID()}.tmp`);
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(Buffer.alloc(probeBytes));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return undefined;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** Checks that the state folder of a stack on this machine can be written, and has space. */
export async function checkStateFolder({ stateFolder }: Installation): Promise<readonly Finding[]> {
  if (stateFolder === undefined) return [];
  const subject: CheckSubject = { check: 'state folder' };
  for (const folder of written(stateFolder)) {
    const code = await tryWriting(folder);
    if (code !== undefined) return [fail(subject, { kind: 'folder_unwritable', folder, code })];
  }
  const { bavail, bsize } = await statfs(stateFolder);
  const free = bavail * bsize;
  return [
    free < fewBytes
      ? fail(subject, { kind: 'disk_low', folder: stateFolder, free })
      : pass(subject, { kind: 'folder_writable', folder: stateFolder, free }),
  ];
}
