/** One row of a table: a figure, and whether it meets its goal. A row without a goal only informs. */
export type Row = {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** The most that the figure may be. */
  readonly goal?: number;
  /** The least that the figure may be, for figures of which more is better. */
  readonly least?: number;
  /** Why the goal is missed, for the page. It is printed only where it is. */
  readonly reason?: string;
  /** The place of the figure on a curve, which the page draws and prints apart from other rows. */
  readonly point?: { readonly series: string; readonly at: number };
};

/** What `npm run bench` measures under one name. */
export type Table = {
  readonly name: string;
  readonly title: string;
  /** For the page: what is measured, and how. */
  readonly method?: string;
  /** For curves: what `at` and the figures of points are. */
  readonly axes?: { readonly at: string; readonly figure: string };
  readonly measure: () => Promise<readonly Row[]>;
  /** What else was measured with, by name, asked after `measure`. */
  readonly versions?: () => Readonly<Record<string, string>>;
};

/** Something that the machine or the network lacks, said in one sentence with what to do. */
export class BenchFailure extends Error {}

/** Whether a figure meets its goal. A figure that could not be measured does not. */
export const isMet = ({ figure, goal, least }: Row): boolean | undefined =>
  goal === undefined && least === undefined
    ? undefined
    : figure <= (goal ?? Number.POSITIVE_INFINITY) && figure >= (least ?? Number.NEGATIVE_INFINITY);

const verdicts = { true: 'met', false: 'missed', undefined: '' } as const;

export const printVerdict = (met: boolean | undefined): string => verdicts[`${met}`];

/** A figure with at most three significant digits after the point. */
export function printFigure(figure: number): string {
  const digits = Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 1 ? 2 : 4;
  return figure.toLocaleString('en-US', { maximumFractionDigits: digits });
}

export const printGoal = ({ goal, least }: Row): string =>
  [
    ...(goal === undefined ? [] : [`≤ ${printFigure(goal)}`]),
    ...(least === undefined ? [] : [`≥ ${printFigure(least)}`]),
  ].join(', ');

/** Prints rows in aligned columns. */
export function printTable(title: string, rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    `${printFigure(row.figure)} ${row.unit}`.trim(),
    printGoal(row),
    printVerdict(isMet(row)),
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
