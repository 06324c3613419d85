import { printBytes, printNumber } from '../../../../operator/quantity.ts';
import type { CountedRow } from './counted-row.ts';

/** Rows of the table. A file has all of them. */
const mostShown = 300;

const orUnknown = (value: number | null, print: (value: number) => string): string =>
  value === null ? '–' : print(value);

const refusalsOf = ({ refusals, scaled }: CountedRow): string => {
  if (refusals === null) return '–';
  const count = Object.values(refusals).reduce((sum, one) => sum + one, 0);
  return `${scaled ? '~' : ''}${printNumber(count)}`;
};

const headings = [
  ...[
    'Views',
    'Hits',
    'Sent',
    'Renders',
    'Render s',
    'Refusals',
    'Invalidations',
    'Stored',
    '~ USD',
  ],
];

const cellsOf = (row: CountedRow): readonly string[] => [
  orUnknown(row.views, printNumber),
  orUnknown(row.hits, printNumber),
  orUnknown(row.bytes, printBytes),
  orUnknown(row.renders, printNumber),
  orUnknown(row.renderSeconds, (seconds) => seconds.toFixed(1)),
  refusalsOf(row),
  orUnknown(row.invalidations, printNumber),
  orUnknown(row.storedBytes, printBytes),
  row.usd.total.toFixed(2),
];

const Row = ({ row }: { row: CountedRow }) => (
  <tr>
    <th scope="row">{row.tenant}</th>
    <td class="nowrap">{row.period}</td>
    {cellsOf(row).map((cell, at) => (
      <td key={headings[at]} class="number nowrap">
        {cell}
      </td>
    ))}
  </tr>
);

type UsageTableProps = {
  readonly rows: readonly CountedRow[] | undefined;
  readonly more: boolean;
};

/** The rows as numbers. A dash means that a number is not known. */
export const UsageTable = ({ rows, more }: UsageTableProps) => {
  if (rows === undefined) return <div class="skeleton usage-wait" />;
  if (rows.length === 0) return <p class="empty">The logs have no requests of these days.</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keyboard */}
      <section class="scroll-x usage-table" tabIndex={0} aria-label="Usage in numbers">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Tenant</th>
              <th scope="col">Period</th>
              {headings.map((heading) => (
                <th key={heading} scope="col" class="number">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, mostShown).map((row) => (
              <Row key={`${row.tenant} ${row.period}`} row={row} />
            ))}
          </tbody>
        </table>
      </section>
      {(more || rows.length > mostShown) && (
        <p class="quiet small">There are more rows. Choose a tenant, or download the CSV.</p>
      )}
    </>
  );
};
