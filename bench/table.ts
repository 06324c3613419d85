/** One row of a table: a figure, and whether it meets its goal. */
export type Row = {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** The most that the figure may be; undefined if the row only informs. */
  readonly goal?: number;
};

/** What `npm run bench` measures under one name. */
export type Table = {
  readonly name: string;
  readonly title: string;
  readonly measure: () => Promise<readonly Row[]>;
};

/** Whether a figure meets its goal. */
export const isMet = ({ figure, goal }: Row): boolean | undefined =>
  goal === undefined ? undefined : figure <= goal;

const verdicts = { true: 'met', false: 'missed', undefined: '' } as const;

/** A figure with at most three significant digits after the point. */
function printFigure(figure: number): string {
  const digits = Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 1 ? 2 : 4;
  return figure.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Prints rows in aligned columns. */
export function printTable(title: string, rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    `${printFigure(row.figure)} ${row.unit}`.trim(),
    row.goal === undefined ? '' : `≤ ${printFigure(row.goal)}`,
    verdicts[`${isMet(row)}`],
  ]);
  const widths = [0, 1, 2].map((at) => Math.max(...cells.map((one) => one[at]?.length ?? 0)));
  const lines = cells.map((one) =>
    one
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines].join('\n');
}
