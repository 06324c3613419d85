/** What a person has to know of an error of the file system, by its code. */
const faults: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full; free some space'],
  ['EDQUOT', 'the quota of the disk is used up; free some space'],
  ['EROFS', 'the file system of the state folder is read-only; make it writable'],
  ['EACCES', 'the state folder may not be written by this user; correct its owner and mode'],
  ['EPERM', 'the state folder may not be written by this user; correct its owner and mode'],
  ['EIO', 'the disk of the state folder fails; copy the folder to another one'],
]);

/** Describes why a write into the state folder failed; undefined for errors that are not the disk's. */
export function describeDiskFault(thrown: unknown): string | undefined {
  const { code } = (thrown ?? {}) as NodeJS.ErrnoException;
  const fault = code === undefined ? undefined : faults.get(code);
  return fault === undefined ? undefined : `${fault} (${code})`;
}
