import type { CountedRow } from './counted-row.ts';

/** What a chart can show. */
export const measures = {
  views: 'Views',
  hits: 'Hits',
  bytes: 'Bytes sent',
  renders: 'Renders',
  renderSeconds: 'Render seconds',
  usd: 'USD (estimate)',
} as const;

export type Measure = keyof typeof measures;

/** The values of some tenants by period. Null: not known. */
export type UsageSeries = {
  /** Sorted: `2026-08-01` or `2026-08`. */
  readonly periods: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
  }[];
};

/** As many lines as colours can be told apart. The others are added up. */
const mostSeries = 5;

const measureOf = (row: CountedRow, measure: Measure): number | null =>
  measure === 'usd' ? row.usd.total : row[measure];

const add = (one: number | null, other: number | null): number | null =>
  one === null && other === null ? null : (one ?? 0) + (other ?? 0);

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, one) => total + (one ?? 0), 0);

/** The series of the tenants with the largest sums, and one of all others. */
export function toSeries(rows: readonly CountedRow[], measure: Measure): UsageSeries {
  const periods = [...new Set(rows.map(({ period }) => period))].toSorted();
  const tenants = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const values = tenants.get(row.tenant) ?? periods.map(() => null);
    const at = periods.indexOf(row.period);
    values[at] = add(values[at] ?? null, measureOf(row, measure));
    tenants.set(row.tenant, values);
  }
  const ranked = [...tenants].toSorted(([, one], [, other]) => sum(other) - sum(one));
  const rest = ranked.slice(mostSeries);
  const others = periods.map((_period, at) =>
    rest.reduce<number | null>((total, [, values]) => add(total, values[at] ?? null), null),
  );
  return {
    periods,
    series: [
      ...ranked.slice(0, mostSeries).map(([name, values]) => ({ name, values })),
      ...(rest.length === 0 ? [] : [{ name: 'all others', values: others }]),
    ],
  };
}
