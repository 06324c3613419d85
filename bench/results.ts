import * as v from 'valibot';
import type { Row, Table } from './table.ts';

/*
 * What was measured, as docs/performance/results.json keeps it. A run of one table replaces only that table, and only
 * as it was measured on the same major version of Node.
 */

const text = v.string();
const row = v.object({
  what: text,
  /** JSON has no NaN: a figure that could not be measured is null. */
  figure: v.nullable(v.number()),
  unit: text,
  goal: v.optional(v.number()),
  least: v.optional(v.number()),
  reason: v.optional(text),
  point: v.optional(v.object({ series: text, at: v.number() })),
});

const run = v.object({
  date: text,
  processor: text,
  cores: v.number(),
  /** Node, sharp and libvips, and what the table adds. */
  versions: v.record(text, text),
  rows: v.array(row),
});

const storedTable = v.object({
  title: text,
  method: v.optional(text),
  axes: v.optional(v.object({ at: text, figure: text })),
  /** By major version of Node. */
  runs: v.record(text, run),
});

const resultsSchema = v.record(text, storedTable);

export type Results = v.InferOutput<typeof resultsSchema>;
export type StoredTable = v.InferOutput<typeof storedTable>;
export type TableRun = v.InferOutput<typeof run>;

/** Where and with what a table was measured. */
export type Machine = Pick<TableRun, 'date' | 'processor' | 'cores' | 'versions'>;

export const majorOf = (node: string): string => node.replace(/^v/, '').split('.')[0] ?? '';

/** Reads results. Throws for a text that is not theirs. */
export const readResults = (json: string): Results => v.parse(resultsSchema, JSON.parse(json));

/** The rows of a stored run, as a table measures them. */
export const rowsOf = ({ rows }: TableRun): readonly Row[] =>
  rows.map(({ what, figure, unit, goal, least, reason, point }) => ({
    what,
    figure: figure ?? Number.NaN,
    unit,
    ...(goal === undefined ? {} : { goal }),
    ...(least === undefined ? {} : { least }),
    ...(reason === undefined ? {} : { reason }),
    ...(point === undefined ? {} : { point }),
  }));

/** Adds what was measured in one table. */
export function withRun(
  results: Results,
  { name, title, method, axes, versions }: Table,
  rows: readonly Row[],
  machine: Machine,
): Results {
  const major = majorOf(machine.versions['Node'] ?? '');
  const stored = rows.map((one) => ({
    ...one,
    figure: Number.isFinite(one.figure) ? one.figure : null,
  }));
  const measured: TableRun = {
    ...machine,
    versions: { ...machine.versions, ...versions?.() },
    rows: stored,
  };
  const table: StoredTable = {
    title,
    ...(method === undefined ? {} : { method }),
    ...(axes === undefined ? {} : { axes }),
    runs: { ...results[name]?.runs, [major]: measured },
  };
  return { ...results, [name]: table };
}
