import { OperatorFailure } from './failure.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder; name a file',
  EACCES: 'cannot be read by this account',
};

/** The name of a file in messages; `-` is stdin. */
export const fileName = (file: string): string => (file === '-' ? 'stdin' : file);

/** The `unreadable_file` failure for an error of the file system. */
export function unreadableFile(file: string, thrown: unknown): OperatorFailure {
  const { code = 'unknown error' } = thrown as NodeJS.ErrnoException;
  const why = reasons[code] ?? `cannot be read (${code})`;
  return new OperatorFailure('unreadable_file', `${fileName(file)} ${why}`);
}
