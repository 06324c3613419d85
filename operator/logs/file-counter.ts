import { OperatorFailure } from '../failure.ts';
import { fileName } from '../file-failure.ts';
import { type Columns, isAccessLogLine, type LoggedRequest, readAccessLine } from './access-log.ts';
import type { LogVisitor } from './log-reader.ts';

/** Receives what is in a file that is an access log or a log of the functions. */
export type LogSink = {
  readonly countRequest: (request: LoggedRequest) => void;
  /** Returns whether the service wrote the line. */
  readonly countServiceLine: (line: string) => boolean;
  /** A line of an access log that cannot be read. */
  readonly countUnreadable: () => void;
  readonly countTooLong: () => void;
};

/** Which log a file is. */
export type LogKind = 'access' | 'service';

export type FileCounter = Pick<LogVisitor, 'begin' | 'line' | 'tooLong'> & {
  /** Returns which log the file is; undefined if it has no lines. Throws `not_a_log` if none of its lines is of a log. */
  readonly finish: () => LogKind | undefined;
};

/** Counts a line. Returns whether it is one of the log. */
type CountLine = (line: string) => boolean;

/** Counts the lines of an access log. */
function createAccessCounter({ countRequest, countUnreadable }: LogSink): CountLine {
  let columns: Columns | undefined;
  return (line) => {
    const read = readAccessLine(line, columns);
    if (read === 'unreadable') {
      countUnreadable();
      return false;
    }
    if (typeof read === 'object' && 'columns' in read) columns = read.columns;
    else if (typeof read === 'object') countRequest(read.request);
    return true;
  };
}

/** Counts the lines of one file. Its first line decides whether it is an access log or a log of the functions. */
export function createFileCounter(sink: LogSink, file: string): FileCounter {
  let kind: LogKind | undefined;
  let count: CountLine = sink.countServiceLine;
  // Some other lines are normal, because programs print into the same log.
  let foreign = 0;
  let known = 0;
  return {
    begin: () => undefined,
    line: (text) => {
      const line = kind === undefined ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() === '') return;
      if (kind === undefined && isAccessLogLine(line)) count = createAccessCounter(sink);
      kind ??= count === sink.countServiceLine ? 'service' : 'access';
      if (count(line)) known += 1;
      else foreign += 1;
    },
    tooLong: () => {
      foreign += 1;
      sink.countTooLong();
    },
    finish: () => {
      if (foreign === 0 || known > 0) return kind;
      throw new OperatorFailure(
        'not_a_log',
        `${fileName(file)} is not a log of Signet: no line was written by one of its functions or by CloudFront`,
      );
    },
  };
}
