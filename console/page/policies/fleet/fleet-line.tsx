import type { ComponentChildren } from 'preact';
import { printTime } from '../../parts/time-text.ts';
import { ViewLink } from '../../parts/view-link.tsx';
import { useMatches, widths } from '../use-matches.ts';
import { printDays, printInteger, printSize, visible } from '../words.ts';
import type { FleetRow, Views } from './tenant-rows.ts';

type Good = Extract<FleetRow, { readonly version: number }>;

const columns = [
  ['health', 'Health'],
  ['version', 'Version'],
  ['keys', 'Age of keys'],
  ['mode', 'Mode'],
  ['blocked', 'Blocked'],
  ['changed', 'Last change'],
  ['derivatives', 'Per source'],
  ['views', 'Views'],
  ['renders', 'Renders'],
] as const;
type Column = (typeof columns)[number][0];

/** In pixels: a narrow page shows a tenant on three lines. */
const heights = { wide: 48, narrow: 104 } as const;

/** The height of a row at the width of the page. */
export const useRowHeight = (): number =>
  useMatches(widths.narrow).value ? heights.narrow : heights.wide;

/** The names of the columns. Each cell has its name for screen readers, too. */
export const FleetHead = ({ unread }: { unread: string | undefined }) => (
  <div class="fleet-head" aria-hidden="true">
    <span>Tenant</span>
    {columns.map(([name, title]) => (
      <span key={name} class={`cell-${name}`} title={name === 'views' ? unread : undefined}>
        {title}
      </span>
    ))}
  </div>
);

const derivativesOf = ({ derivativesPerSource, exact }: Good) => (
  <span title={printInteger(derivativesPerSource)}>
    {printSize(derivativesPerSource)}
    {exact ? '' : '+'}
  </span>
);

function cellsOf(
  row: Good,
): Readonly<Record<Exclude<Column, 'views' | 'renders'>, ComponentChildren>> {
  return {
    health: <span class="tag good">live</span>,
    version: row.version,
    keys: (
      <span title={`${row.kid} since ${row.kidSince ?? 'unknown'}`}>{printDays(row.kidSince)}</span>
    ),
    mode: <span class={`tag ${row.mode === 'report' ? 'warn' : ''}`}>{row.mode}</span>,
    blocked: row.blocked === 0 ? '0' : <span class="tag bad">{row.blocked}</span>,
    changed: (
      <span title={visible(`${row.changedAt} by ${row.changedBy}`)}>
        {printTime(row.changedAt)} by {visible(row.changedBy)}
      </span>
    ),
    derivatives: derivativesOf(row),
  };
}

/** A tenant that cannot be read, with the reason. */
const Damaged = ({ message }: { message: string }) => (
  <span class="fleet-damaged" title={visible(message)}>
    <span class="tag bad">damaged</span> {visible(message)}
  </span>
);

type FleetLineProps = {
  readonly tenant: string;
  readonly row: FleetRow | undefined;
  readonly views: Views | undefined;
  readonly isViewed: boolean;
};

/** One tenant. */
export function FleetLine({ tenant, row, views, isViewed }: FleetLineProps) {
  const counted = (count: number | undefined) => (isViewed ? printInteger(count ?? 0) : '–');
  const cells =
    row !== undefined && 'version' in row
      ? { ...cellsOf(row), views: counted(views?.views), renders: counted(views?.renders) }
      : undefined;
  return (
    <div class="fleet-line">
      <ViewLink view="policies" query={{ tenant }} look="fleet-name">
        {tenant}
      </ViewLink>
      {row !== undefined && 'message' in row && <Damaged message={row.message} />}
      {row === undefined && <span class="skeleton fleet-wait" />}
      {cells !== undefined &&
        columns.map(([name, title]) => (
          <span key={name} class={`cell-${name}`}>
            <span class="fleet-label">{title} </span>
            {cells[name]}
          </span>
        ))}
    </div>
  );
}
