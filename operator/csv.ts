/** Text that a spreadsheet would take for a formula. A number is none. */
const formula = /^[=+\-@\t\r]/;
const plainNumber = /^-?[0-9]+(?:\.[0-9]+)?$/;

/** Prints a cell (RFC 4180). A formula gets an apostrophe, so that no spreadsheet computes what others wrote. */
export function printCsvCell(value: string): string {
  const harmless = formula.test(value) && !plainNumber.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Prints rows below a heading. */
export const printCsv = (
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string => [heading, ...rows].map((row) => `${row.map(printCsvCell).join(',')}\n`).join('');
