import { cliTable } from './cli/table.ts';
import { decisionTable } from './decision/table.ts';
import { edgeTable } from './edge/table.ts';
import { installTable } from './install/table.ts';
import { localTable } from './local/table.ts';
import { bytesTable } from './pictures/bytes-table.ts';
import { curveTable } from './pictures/curve-table.ts';
import type { Table } from './table.ts';

/** Every table, in the order in which they are measured. A new one is a `Table` and a line here. */
export const tables: readonly Table[] = [
  edgeTable,
  decisionTable,
  localTable,
  cliTable,
  installTable,
  bytesTable,
  curveTable,
];
