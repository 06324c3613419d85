import { printBytes, printCount, printNumber } from '../../operator/quantity.ts';
import type { ListedSource, SourceTotals } from '../../operator/sources/list-sources.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';

/** Rows are written before all are known, so the columns have fixed widths. */
const printColumnsOf = (
  bytes: string,
  type: string,
  modified: string,
  focus: string,
  path: string,
): string =>
  `${bytes.padStart(11)}  ${type.padEnd(10)}  ${modified.padEnd(17)}  ${focus.padEnd(7)}  ${path}`;

/** The heading of a list of sources. */
export const sourceHeading: string = printColumnsOf(
  ...(['bytes', 'type', 'last change', 'focus', 'path'] as const),
);

/** One source, on one line. Whoever uploads chooses the names, so they may have any character. */
export const printSourceRow = ({
  bytes,
  contentType,
  fault,
  focus,
  modified,
  path,
}: ListedSource): string =>
  escapeForTerminal(
    printColumnsOf(
      printNumber(bytes),
      contentType ?? '-',
      `${modified.slice(0, 10)} ${modified.slice(11, 16)}Z`,
      focus ?? '-',
      fault === null ? path : `${path}  (no URL can name it: ${fault})`,
    ),
  );

/** The end of a list. */
export const printListed = ({ bytes, count }: SourceTotals): string =>
  `${printCount(count, 'source')}, ${printBytes(bytes)}`;

export const printNoSources = (tenant: string, prefix: string): string =>
  prefix === ''
    ? `${tenant} has no sources.`
    : `${tenant} has no source whose path begins with "${prefix}".`;
