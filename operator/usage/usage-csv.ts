import { type RefusalCode, refusals } from '../../shared/refusal.ts';
import { printCsv } from '../csv.ts';
import type { UsageRow } from './usage-report.ts';

type Cell = (row: UsageRow) => string;

/** An empty cell is not known, which is not the same as 0. */
const printNumberCell = (value: number | null): string => (value === null ? '' : String(value));

const usdCell =
  (part: keyof UsageRow['usd']): Cell =>
  ({ usd }) =>
    usd[part]?.toFixed(6) ?? '';

const refusalCell =
  (code: RefusalCode): Cell =>
  ({ refusals: own }) =>
    own === null ? '' : String(own[code] ?? 0);

const codes = Object.keys(refusals) as readonly RefusalCode[];
const usdParts = [
  ...(['requests', 'delivery', 'invocations', 'logs', 'renders'] as const),
  ...(['invalidations', 'storage', 'total'] as const),
];

/** The columns, the same in each file. Their names say which numbers are estimates. */
const columns: readonly (readonly [name: string, cell: Cell])[] = [
  ['tenant', ({ tenant }) => tenant],
  ['period', ({ period }) => period],
  ['views', ({ views }) => printNumberCell(views)],
  ['hits', ({ hits }) => printNumberCell(hits)],
  ['bytes', ({ bytes }) => printNumberCell(bytes)],
  ['renders', ({ renders }) => printNumberCell(renders)],
  ['render_seconds', ({ renderSeconds }) => printNumberCell(renderSeconds)],
  ['invalidations', ({ invalidations }) => printNumberCell(invalidations)],
  ['stored_bytes_now', ({ storedBytes }) => printNumberCell(storedBytes)],
  ...codes.map((code) => [`refused_${code}`, refusalCell(code)] as const),
  ['refused_is_estimate', ({ scaled }) => (scaled ? 'yes' : 'no')],
  ...usdParts.map((part) => [`estimated_usd_${part}`, usdCell(part)] as const),
];

/** The rows as CSV, with a heading. */
export const printUsageCsv = (rows: readonly UsageRow[]): string =>
  printCsv(
    columns.map(([name]) => name),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );
