import { type FailureCode, OperatorFailure } from './failure.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder; name a file',
  EACCES: 'cannot be read by this account',
};

/** The name of a file in messages; `-` is stdin. */
export const fileName = (file: string): string => (file === '-' ? 'stdin' : file);

/** A failure about one file. The message is the name of the file, a space and `detail`. */
export class FileFailure extends OperatorFailure {
  readonly detail: string;
  /** The file that has to be corrected and what is wrong with it, if that is another one. */
  readonly culprit: { readonly file: string; readonly detail: string } | undefined;

  constructor(code: FailureCode, file: string, detail: string, culprit?: FileFailure['culprit']) {
    super(code, `${fileName(file)} ${detail}`);
    this.detail = detail;
    this.culprit = culprit;
  }
}

/** The `unreadable_file` failure for an error of the file system. */
export function unreadableFile(file: string, thrown: unknown): FileFailure {
  const { code = 'unknown error' } = thrown as NodeJS.ErrnoException;
  return new FileFailure('unreadable_file', file, reasons[code] ?? `cannot be read (${code})`);
}
