import { signal } from '@preact/signals';
import type { CallOutput } from '../../../server/calls.ts';
import { call, messageOf } from '../../call.ts';

/* The rows of the table of tenants. They are read some at a time, so that many tenants show soon. */

export type FleetRow = CallOutput<'tenantRows'>[number];
export type Views = CallOutput<'tenantViews'>['views'][number];

/** As many as one call reads. */
const perCall = 50;

/** The rows that were read, by tenant. */
export const createRows = () => {
  const rows = signal<ReadonlyMap<string, FleetRow>>(new Map());
  const error = signal<string | undefined>(undefined);
  const views = signal<ReadonlyMap<string, Views> | undefined>(undefined);
  const unread = signal<string | undefined>(undefined);

  async function readRows(tenants: readonly string[], stop: AbortSignal): Promise<void> {
    error.value = undefined;
    try {
      for (let at = 0; at < tenants.length; at += perCall) {
        const read = await call('tenantRows', { tenants: tenants.slice(at, at + perCall) }, stop);
        rows.value = new Map([...rows.value, ...read.map((row) => [row.tenant, row] as const)]);
      }
    } catch (thrown) {
      if (!stop.aborted) error.value = messageOf(thrown);
    }
  }

  async function readViews(stop: AbortSignal): Promise<void> {
    try {
      const found = await call('tenantViews', {}, stop);
      views.value = new Map(found.views.map((one) => [one.tenant, one]));
      unread.value = found.unread;
    } catch (thrown) {
      if (!stop.aborted) unread.value = messageOf(thrown);
    }
  }

  return { rows, error, views, unread, readRows, readViews };
};

export type TenantRows = ReturnType<typeof createRows>;

/** What the table can be sorted by. */
export const orders = {
  name: 'Name',
  changed: 'Last change',
  keys: 'Age of keys',
  views: 'Views',
  derivatives: 'Derivatives',
} as const;
export type RowOrder = keyof typeof orders;

const valueFor: Readonly<
  Record<Exclude<RowOrder, 'name'>, (row: FleetRow | undefined, views: Views | undefined) => number>
> = {
  changed: (row) => (row !== undefined && 'version' in row ? -Date.parse(row.changedAt) : 0),
  keys: (row) =>
    row !== undefined && 'version' in row ? Date.parse(row.kidSince ?? '1970-01-01') : Infinity,
  views: (_row, views) => -(views?.views ?? 0),
  derivatives: (row) =>
    row !== undefined && 'version' in row ? -Number(row.derivativesPerSource) : 0,
};

/** The names to show: those with the text in them, in this order. */
export function arrangeTenants(
  tenants: readonly string[],
  { rows, views }: Pick<TenantRows, 'rows' | 'views'>,
  { search, order }: { readonly search: string; readonly order: RowOrder },
): readonly string[] {
  const found = tenants.filter((name) => name.includes(search.toLowerCase()));
  if (order === 'name') return found;
  const rankOf = (name: string): number =>
    valueFor[order](rows.value.get(name), views.value?.get(name));
  return found.toSorted((one, other) => rankOf(one) - rankOf(other));
}
