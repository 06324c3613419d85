import { OperatorFailure } from '../failure.ts';
import { fileName } from '../file-failure.ts';
import { type Columns, isAccessLogLine, readAccessLine } from '../logs/access-log.ts';
import type { LogVisitor } from '../logs/log-reader.ts';
import { countDelivered } from './delivered.ts';
import { countServiceLine, type StatsTally, statsBounds } from './stats-tally.ts';

/** Counts a line. Returns whether it is one of the log. */
type CountLine = (line: string) => boolean;

/** Counts the lines of an access log. */
function createAccessCounter(tally: StatsTally, only: string | undefined): CountLine {
  let columns: Columns | undefined;
  return (line) => {
    const read = readAccessLine(line, columns);
    if (read === 'unreadable') {
      tally.unreadable += 1;
      return false;
    }
    if (typeof read === 'object' && 'columns' in read) columns = read.columns;
    else if (typeof read === 'object')
      countDelivered(tally.delivered, read.request, only, statsBounds.tenants);
    return true;
  };
}

export type FileCounter = Pick<LogVisitor, 'begin' | 'line' | 'tooLong'> & {
  /** Throws `not_a_log` if the file has lines but none is of a log. */
  readonly finish: () => void;
};

/** Counts the lines of one file. Its first line decides whether it is an access log or a log of the functions. */
export function createFileCounter(
  tally: StatsTally,
  file: string,
  only: string | undefined,
): FileCounter {
  let count: CountLine | undefined;
  // Some other lines are normal, because programs print into the same log.
  let foreign = 0;
  let known = 0;
  return {
    begin: () => undefined,
    line: (text) => {
      const line = count === undefined ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() === '') return;
      count ??= isAccessLogLine(line)
        ? createAccessCounter(tally, only)
        : (one) => countServiceLine(tally, one, only);
      if (count(line)) known += 1;
      else foreign += 1;
    },
    tooLong: () => {
      foreign += 1;
      tally.tooLong += 1;
    },
    finish: () => {
      if (foreign === 0 || known > 0) return;
      throw new OperatorFailure(
        'not_a_log',
        `${fileName(file)} is not a log of Signet: no line was written by one of its functions or by CloudFront`,
      );
    },
  };
}
