/** Counts, sums and sizes; `~` marks an estimate, and a hyphen what is not known. */
const numeric = /^(?:[~+ ]*[\d,.]*\+?|-|[\d.,]+ (?:bytes|[kMGTP]B))$/;

/** Prints rows below a heading, in columns that are as wide as their longest cell. Numbers are aligned to the right. */
export function printColumns(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const isNumber = heading.map((_, at) => rows.every((row) => numeric.test(row[at] ?? '')));
  const printCell = (cell: string, at: number): string =>
    isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  return all.map((row) => row.map(printCell).join('  ').trimEnd());
}
