import { parseArgs } from 'node:util';
import { cliTable } from './cli/table.ts';
import { edgeTable } from './edge/table.ts';
import { installTable } from './install/table.ts';
import { localTable } from './local/table.ts';
import { isMet, printTable, type Row, type Table } from './table.ts';

/*
 * `npm run bench` measures all tables, `npm run bench -- edge` one of them. Figures are counts, or ratios
 * of what was measured in the same run, so a slow or busy machine hardly changes them. With --json it
 * prints them as JSON.
 */

const tables: readonly Table[] = [edgeTable, localTable, cliTable, installTable];

/** Exits with 2 for a name that no table has. */
function select(names: readonly string[]): readonly Table[] {
  const unknown = names.find((name) => !tables.some((table) => table.name === name));
  if (unknown === undefined)
    return names.length === 0 ? tables : tables.filter(({ name }) => names.includes(name));
  const known = tables.map(({ name }) => name).join(', ');
  process.stderr.write(`bench: there is no table ${JSON.stringify(unknown)}; choose: ${known}\n`);
  process.exit(2);
}

const withVerdict = (row: Row) => ({ ...row, met: isMet(row) });

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const measured: Record<string, readonly Row[]> = {};
for (const { name, title, measure } of select(positionals)) {
  const rows = await measure();
  measured[name] = rows.map(withVerdict);
  if (!values.json) process.stdout.write(`${printTable(title, rows)}\n`);
}
if (values.json) {
  const machine = { node: process.version, platform: `${process.platform} ${process.arch}` };
  process.stdout.write(`${JSON.stringify({ ...machine, tables: measured }, undefined, 2)}\n`);
}
