import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable } from '../../proof/markdown-table.ts';
import { duckdbVersion, sqlglotVersion } from './other-counters.ts';

/* docs/proof-usage.md. It has counts and ratios, and no times of this machine. */

const page = fileURLToPath(new URL('../../../docs/proof-usage.md', import.meta.url));

const figures = new Map<string, number>();

/** Notes a number for the page. */
export const measured = (name: string, value: number): void => void figures.set(name, value);

const printFigure = (name: string, digits = 0): string =>
  (figures.get(name) ?? Number.NaN).toLocaleString('en-US', {
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
  });

function rows(): readonly (readonly string[])[] {
  return [
    ['lines in one run, gzipped, nine of ten in an access log', printFigure('lines')],
    ['rows of a tenant and a day that are equal to DuckDB', printFigure('rows')],
    ['most memory of that run', `${printFigure('megabytes')} MB`],
    [
      'most memory for the access log alone, and for a hundredth of it',
      `${printFigure('largeMegabytes')} MB and ${printFigure('smallMegabytes')} MB`,
    ],
    ['time for the access log, in times of `gzip -dc | wc -l`', printFigure('timesOfCounting', 1)],
    ["lines of JSON that Athena's query counted in DuckDB", printFigure('jsonLines')],
    ['rows of that query that are equal to `usage`', printFigure('athenaRows')],
  ];
}

/** Writes the page after a complete proof. */
export function writeUsagePage(): void {
  const text = `# Proof: usage

For reviewers who want to know whether \`signet usage\` counts right. \`npm run proof -- usage\` writes this page.

Two hundred tenants, invented tenants, hosts of one tenant, sampled lines, requests of \`doctor\` and lines of other programs
were generated. \`usage\` and DuckDB ${duckdbVersion} counted the same files: views, hits and bytes by tenant and day, renders and
their time, refusals by code, and invalidations. DuckDB has a query of its own, which shares no code with \`usage\`. The query
that \`usage --athena\` prints was read by sqlglot ${sqlglotVersion} as Athena's SQL and run by DuckDB.

${markdownTable(['what', 'figure'], rows())}
`;
  writeFileSync(page, text);
}
