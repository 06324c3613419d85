import { fileURLToPath } from 'node:url';
import { readCommandLine } from './command-line.ts';
import { thisMachine } from './machine.ts';
import { earlierResults, writePage } from './page/write-page.ts';
import { withRun } from './results.ts';
import { BenchFailure, isMet, printTable, type Row, type Table } from './table.ts';
import { tables } from './tables.ts';

/*
 * `npm run bench` measures all tables, `npm run bench -- edge` one of them. It prints them as text or JSON and writes
 * docs/performance.md.
 */

const docs = fileURLToPath(new URL('../docs', import.meta.url));

/** Measures a table. A failure that a person can mend is printed, and ends the run with 1 after the other tables. */
async function measureTable({ name, measure }: Table): Promise<readonly Row[] | undefined> {
  try {
    return await measure();
  } catch (thrown) {
    if (!(thrown instanceof BenchFailure)) throw thrown;
    process.stderr.write(`bench: ${name}: ${thrown.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

const withVerdict = (row: Row) => ({ ...row, met: isMet(row) });

const asked = readCommandLine(process.argv.slice(2), tables);
if ('text' in asked) {
  (asked.code === 0 ? process.stdout : process.stderr).write(asked.text);
  process.exit(asked.code);
}
const machine = thisMachine();
const measured: Record<string, readonly Row[]> = {};
for (const table of asked.tables) {
  const rows = await measureTable(table);
  if (rows === undefined) continue;
  measured[table.name] = rows.map(withVerdict);
  if (!asked.json) process.stdout.write(`${printTable(table.title, rows)}\n`);
  // After each table, so that a run that is stopped keeps what it has measured.
  if (asked.page) writePage(docs, withRun(earlierResults(docs), table, rows, machine));
}
if (asked.json)
  process.stdout.write(`${JSON.stringify({ ...machine, tables: measured }, undefined, 2)}\n`);
