import { printBytes, printNumber } from '../../operator/quantity.ts';
import type { UsageResult } from '../../operator/usage/usage.ts';
import { describeMissing, printExcess } from '../../operator/usage/usage-notes.ts';
import type { UsageRow } from '../../operator/usage/usage-report.ts';
import { printColumns } from './table.ts';

const unknown = '-';

const orUnknown = (value: number | null, print: (value: number) => string): string =>
  value === null ? unknown : print(value);

const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((total, one) => total + one, 0);

const refusalCount = ({ refusals }: UsageRow): number | null =>
  refusals === null ? null : sum(Object.values(refusals));

const headingOf = (by: string): readonly string[] => [
  ...['tenant', by, 'views', 'hits', 'sent', 'renders', 'render s', 'refusals'],
  ...['invalidations', 'stored', '~ USD'],
];

function printRow(row: UsageRow): readonly string[] {
  const mark = row.scaled ? '~' : '';
  return [
    row.tenant,
    row.period,
    orUnknown(row.views, printNumber),
    orUnknown(row.hits, printNumber),
    orUnknown(row.bytes, printBytes),
    orUnknown(row.renders, printNumber),
    orUnknown(row.renderSeconds, (seconds) => seconds.toFixed(1)),
    orUnknown(refusalCount(row), (count) => `${mark}${printNumber(count)}`),
    orUnknown(row.invalidations, printNumber),
    orUnknown(row.storedBytes, printBytes),
    row.usd.total.toFixed(2),
  ];
}

/** The sum of a column; not known if a row is not. */
function total(rows: readonly UsageRow[], of: (row: UsageRow) => number | null): number | null {
  const values = rows.map(of);
  return values.some((one) => one === null) ? null : sum(values.map((one) => one ?? 0));
}

/** What is stored counts once for each tenant, however many rows it has. */
function printTotal(rows: readonly UsageRow[]): readonly string[] {
  const mark = rows.some(({ scaled }) => scaled) ? '~' : '';
  const stored = new Map(rows.map(({ tenant, storedBytes }) => [tenant, storedBytes ?? 0]));
  const isListed = rows.some(({ storedBytes }) => storedBytes !== null);
  const of = (column: (row: UsageRow) => number | null, print: (value: number) => string) =>
    orUnknown(total(rows, column), print);
  return [
    ...['total', ''],
    of(({ views }) => views, printNumber),
    of(({ hits }) => hits, printNumber),
    of(({ bytes }) => bytes, printBytes),
    of(({ renders }) => renders, printNumber),
    of(
      ({ renderSeconds }) => renderSeconds,
      (seconds) => seconds.toFixed(1),
    ),
    of(refusalCount, (count) => `${mark}${printNumber(count)}`),
    of(({ invalidations }) => invalidations, printNumber),
    isListed ? printBytes(sum(stored.values())) : unknown,
    sum(rows.map(({ usd }) => usd.total)).toFixed(2),
  ];
}

/** The refusals of all periods, by tenant and code. */
function printRefusals(rows: readonly UsageRow[]): readonly string[] {
  const tenants = new Map<string, Map<string, number>>();
  for (const { refusals, tenant } of rows)
    for (const [code, count] of Object.entries(refusals ?? {})) {
      const codes = tenants.get(tenant) ?? new Map<string, number>();
      tenants.set(tenant, codes.set(code, (codes.get(code) ?? 0) + count));
    }
  if (tenants.size === 0) return [];
  const lines = [...tenants].map(([tenant, codes]) => {
    const ranked = [...codes].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return `  ${tenant}: ${ranked.map(([code, count]) => `${code} ${printNumber(count)}`).join(', ')}`;
  });
  return ['Refusals by code', ...lines];
}

/** The usage as a table, and what to know about it. */
export function printUsageTable(result: UsageResult): string {
  const { by, rows } = result;
  const table =
    rows.length === 0
      ? ['The logs have no requests of these days.']
      : printColumns(headingOf(by), [
          ...rows.map(printRow),
          ...(rows.length > 1 ? [printTotal(rows)] : []),
        ]);
  return [
    ...table,
    ...printRefusals(rows),
    ...describeMissing(result),
    ...(rows.length === 0
      ? []
      : [
          'Days are in UTC. USD are estimates with the prices of AWS; docs/operating.md (Bill tenants) says what they contain.',
        ]),
    ...printExcess(result),
  ].join('\n');
}
