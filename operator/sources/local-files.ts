import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { usageFailure } from '../failure.ts';
import { FileFailure, unreadableFile } from '../file-failure.ts';

/** A file on this machine, and its place below the folder that was named, with slashes. */
export type LocalFile = { readonly file: string; readonly relative: string };

export type RefusedFile = { readonly file: string; readonly reason: string };

/** What files and folders on this machine contain. */
export type LocalFiles = {
  readonly files: readonly LocalFile[];
  /** Files and folders whose names begin with a dot. Their content is not looked at. */
  readonly hidden: readonly string[];
  readonly refused: readonly RefusedFile[];
};

/** How many levels of folders are read. A path has at most 700 bytes, so no source is deeper. */
const maxDepth = 350;

type Found = {
  readonly files: LocalFile[];
  readonly hidden: string[];
  readonly refused: RefusedFile[];
};

/** Why an entry of a folder is not read. A link may lead out of the folder, and a pipe may never end. */
function entryFault(entry: Dirent): string | undefined {
  if (entry.isSymbolicLink()) return 'is a symbolic link; name the file or folder it leads to';
  if (!entry.isFile() && !entry.isDirectory()) return 'is not a file';
  // Node replaces bytes that are not UTF-8, so the file cannot be opened by this name.
  return entry.name.includes('\uFFFD') ? 'has a name that is not UTF-8; rename it' : undefined;
}

async function walkFolder(folder: string, below: readonly string[], found: Found): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    throw unreadableFile(folder, thrown);
  });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    const inside = [...below, entry.name];
    const fault = inside.length > maxDepth ? 'is in too many folders' : entryFault(entry);
    if (entry.name.startsWith('.')) found.hidden.push(file);
    else if (fault !== undefined) found.refused.push({ file, reason: fault });
    else if (entry.isDirectory()) await walkFolder(file, inside, found);
    else found.files.push({ file, relative: inside.join('/') });
  }
}

async function readKind(file: string): Promise<Stats> {
  if (file === '-') throw usageFailure('stdin is one file; upload it alone, as PATH and -');
  return stat(file).catch((thrown: unknown) => {
    throw unreadableFile(file, thrown);
  });
}

/** Whether the path is a folder on this machine. */
export const isLocalFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (kind) => kind.isDirectory(),
    () => false,
  );

/**
 * Lists files, and the files in folders and in the folders below them, in the order of their names. Hidden files of
 * folders are left out. Throws `unreadable_file` or `usage`.
 */
export async function listLocalFiles(operands: readonly string[]): Promise<LocalFiles> {
  const found: Found = { files: [], hidden: [], refused: [] };
  for (const operand of operands) {
    const kind = await readKind(operand);
    if (kind.isDirectory()) await walkFolder(operand, [], found);
    else if (kind.isFile()) found.files.push({ file: operand, relative: path.basename(operand) });
    else found.refused.push({ file: operand, reason: 'is not a file' });
  }
  if (found.files.length + found.refused.length === 0)
    throw new FileFailure('unreadable_file', operands.join(', '), 'contains no files');
  return found;
}
