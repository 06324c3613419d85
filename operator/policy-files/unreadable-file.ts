import { OperatorFailure } from '../failure.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder; name a file',
  EACCES: 'may not be read by this account',
};

/** A file as a person would call it; `-` is what comes from stdin. */
export const fileName = (file: string): string => (file === '-' ? 'what came from stdin' : file);

/** A file that cannot be read, in a sentence. */
export function unreadableFile(file: string, thrown: unknown): OperatorFailure {
  const { code = 'for a reason that nobody gives' } = thrown as NodeJS.ErrnoException;
  const why = reasons[code] ?? `cannot be read (${code})`;
  return new OperatorFailure('unreadable_file', `${fileName(file)} ${why}`);
}
