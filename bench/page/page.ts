import { type Results, rowsOf, type StoredTable, type TableRun } from '../results.ts';
import { isMet, printFigure, printGoal, printVerdict, type Row } from '../table.ts';
import { drawBars } from './bars.ts';
import { drawCurves, seriesOf } from './curves.ts';

/* The text and the pictures of docs/performance.md. */

const plainAxes = { at: 'setting', figure: 'figure' } as const;

type Column = { readonly major: string; readonly run: TableRun; readonly rows: readonly Row[] };

/** The runs of a table, the newest Node first. */
const columnsOf = ({ runs }: StoredTable): readonly Column[] =>
  Object.entries(runs)
    .map(([major, run]) => ({ major, run, rows: rowsOf(run) }))
    .toSorted((one, other) => Number(other.major) - Number(one.major));

const cell = (text: string): string => text.replaceAll('|', '\\|');

const tableOf = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');

/** Met where every version of Node meets it. */
function verdictOf(rows: readonly Row[]): string {
  const met = rows.map(isMet).filter((one) => one !== undefined);
  return met.length === 0 ? '' : printVerdict(met.every(Boolean));
}

/** One line for each thing that was measured, with a column for each version of Node. */
function figuresTable(columns: readonly Column[]): string {
  const names = [
    ...new Set(
      columns.flatMap(({ rows }) => rows.filter(({ point }) => !point).map(({ what }) => what)),
    ),
  ];
  if (names.length === 0) return '';
  const lines = names.map((what) => {
    const found = columns.map(({ rows }) => rows.find((row) => row.what === what));
    const measured = found.filter((row) => row !== undefined);
    const cells = found.map((row) =>
      row === undefined ? '' : `${printFigure(row.figure)} ${row.unit}`.trim(),
    );
    const [first] = measured;
    return [what, first === undefined ? '' : printGoal(first), ...cells, verdictOf(measured)];
  });
  const heads = columns.map(({ major }) => `Node ${major}`);
  return tableOf(['what', 'goal', ...heads, 'verdict'], lines);
}

/** The points of the newest Node: one line for each setting, one column for each series. */
function pointsTable([column]: readonly Column[], at: string): string {
  const series = seriesOf(column?.rows ?? []);
  if (series.length === 0) return '';
  const settings = [...new Set(series.flatMap(([, points]) => points.map((one) => one.at)))];
  const lines = settings
    .toSorted((one, other) => one - other)
    .map((setting) => [
      String(setting),
      ...series.map(([, points]) => {
        const point = points.find((one) => one.at === setting);
        return point === undefined ? '' : printFigure(point.figure);
      }),
    ]);
  return tableOf([at, ...series.map(([name]) => name)], lines);
}

/** Why goals are missed. A reason that several versions of Node share is printed once. */
function reasonsOf(columns: readonly Column[]): string {
  const reasons = columns.flatMap(({ rows }) =>
    rows.flatMap((row) =>
      isMet(row) === false && row.reason !== undefined ? [`- ${row.what}: ${row.reason}`] : [],
    ),
  );
  return reasons.length === 0 ? '' : `Missed:\n\n${[...new Set(reasons)].join('\n')}`;
}

function measuredWith({ major, run }: Column): string {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const { date, cores, processor } = run;
  return `- Node ${major}: ${date}, ${cores} cores (${processor}); ${versions.join(', ')}`;
}

/** The picture of a table: its curves, or else bars. It shows the newest Node. */
export function drawTable({ title, axes, ...table }: StoredTable): string | undefined {
  const [column] = columnsOf({ title, ...table });
  const rows = column?.rows ?? [];
  return drawCurves(title, rows, axes ?? plainAxes) ?? drawBars(title, rows);
}

function section(name: string, table: StoredTable): string {
  const columns = columnsOf(table);
  const picture =
    drawTable(table) === undefined ? '' : `![${table.title}](performance/${name}.svg)`;
  const parts = [
    `## ${table.title}`,
    `\`npm run bench -- ${name}\``,
    table.method ?? '',
    figuresTable(columns),
    reasonsOf(columns),
    picture,
    pointsTable(columns, (table.axes ?? plainAxes).at),
    columns.map(measuredWith).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Writes the page. Tables are sorted by name, so that two runs can be compared. */
export function performancePage(results: Results): string {
  const tables = Object.entries(results).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `# Performance

For everyone who wants to know how fast Signet is and how small its pictures are. \`npm run bench\` measures all tables
and writes this page; \`npm run bench -- TABLE\` measures one of them and replaces its part.
[CONTRIBUTING.md](../CONTRIBUTING.md#set-up-and-run-the-tests) says when to run it.

Figures are counts, bytes, or ratios of what was measured in the same run, in turns, as CPU time. So a slow or busy
machine hardly changes them. Figures of many cases are medians. Each table names the machine, the versions and the date.

${tables.map(([name, table]) => section(name, table)).join('\n\n')}
`;
}
