import { randomUUID } from 'node:crypto';
import { link, lstat, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { OperatorFailure } from '../failure.ts';
import { FileFailure } from '../file-failure.ts';

/** Characters that a shell, a terminal or a file system of Windows or macOS takes for something else. */
const unsafe = /[\p{Cc}\p{Cf}<>:"/\\|?*\uFFFD]/gu;
/** Windows reads these names as devices. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** File systems limit names to 255 bytes. The rest is for the ending of the temporary file. */
const maxNameBytes = 200;

function shorten(name: string): string {
  const ending = path.extname(name).slice(0, 16);
  let stem = name.slice(0, name.length - ending.length);
  while (Buffer.byteLength(`${stem}${ending}`) > maxNameBytes)
    stem = [...stem].slice(0, -1).join('');
  return `${stem}${ending}`;
}

/** The name of a file for a source: the last segment of its path, which can name no other folder and no option. */
export function safeFileName(source: string): string {
  const last = source.slice(source.lastIndexOf('/') + 1).replace(unsafe, '_');
  const named = last.replace(/^[.~-]/, '_').replace(/[. ]$/, '_');
  return shorten(device.test(named) ? `_${named}` : named);
}

const unwritable = (file: string, thrown: unknown): FileFailure => {
  const { code } = thrown as NodeJS.ErrnoException;
  return new FileFailure('unwritable_file', file, `cannot be written (${code})`);
};

const takenFile = (file: string): OperatorFailure =>
  new OperatorFailure('conflict', `${file} exists; add --force to overwrite it`);

/** Where the file goes: a folder gets a file with the name of the source. */
export async function chooseFile(named: string | undefined, source: string): Promise<string> {
  if (named === undefined) return safeFileName(source);
  const isFolder = await stat(named).then(
    (kind) => kind.isDirectory(),
    () => false,
  );
  return isFolder || named.endsWith('/') ? path.join(named, safeFileName(source)) : named;
}

/** Throws `conflict` or `unwritable_file` if something has the name that may not be overwritten. */
async function checkTarget(file: string, force: boolean): Promise<void> {
  const there = await lstat(file).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isFile() && !there.isSymbolicLink())
    throw new FileFailure('unwritable_file', file, 'is not a file; write - for stdout');
  if (!force) throw takenFile(file);
}

/** Gives the file its name. Without `force`, it does so only if nothing has the name. */
async function publish(fresh: string, file: string, force: boolean): Promise<void> {
  if (force) return rename(fresh, file);
  try {
    await link(fresh, file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw takenFile(file);
    // Some file systems have no links.
    await checkTarget(file, force);
    return rename(fresh, file);
  }
  return rm(fresh);
}

/**
 * Writes a file whole or not at all: first under another name in the same folder. Throws `conflict` for a file that
 * exists unless `force` is set, and `unwritable_file`.
 */
export async function saveFile(file: string, bytes: Uint8Array, force: boolean): Promise<void> {
  await checkTarget(file, force);
  const fresh = path.join(path.dirname(file), `.signet-${randomUUID()}.part`);
  try {
    const handle = await open(fresh, 'wx', 0o666);
    await handle
      .writeFile(bytes)
      .then(() => handle.sync())
      .finally(() => handle.close());
    await publish(fresh, file, force);
  } catch (thrown) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw thrown instanceof OperatorFailure ? thrown : unwritable(file, thrown);
  }
}
