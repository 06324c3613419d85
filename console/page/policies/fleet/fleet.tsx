import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { address, setQuery } from '../../address.ts';
import { overview, readOverview } from '../../installation.ts';
import { ErrorNotice } from '../../parts/notice.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { CreateTenant } from './create-tenant.tsx';
import { FleetHead, FleetLine, useRowHeight } from './fleet-line.tsx';
import { arrangeTenants, createRows, orders, type RowOrder } from './tenant-rows.ts';

const readOrder = (text: string | null): RowOrder =>
  text !== null && Object.hasOwn(orders, text) ? (text as RowOrder) : 'name';

const Tools = ({ onCreate }: { onCreate: () => void }) => (
  <div class="fleet-tools">
    <input
      class="input"
      type="search"
      aria-label="Search tenants"
      placeholder="Search tenants"
      value={address.value.query.get('search') ?? ''}
      onInput={({ currentTarget }) => setQuery({ search: currentTarget.value })}
    />
    <label class="row fleet-order">
      <span class="small quiet">Sort by</span>
      <select
        class="input"
        value={readOrder(address.value.query.get('order'))}
        onChange={({ currentTarget }) => setQuery({ order: currentTarget.value })}
      >
        {Object.entries(orders).map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
    <button type="button" class="button primary" onClick={onCreate}>
      Create a tenant
    </button>
  </div>
);

const Empty = ({ search }: { search: string }) =>
  search === '' ? (
    <p class="empty">There is no tenant yet. Create one: it starts with a narrow policy.</p>
  ) : (
    <p class="empty">No tenant has “{search}” in its name.</p>
  );

/** Reads the rows whenever the list of tenants changes. */
function useRows() {
  const read = useMemo(createRows, []);
  useSignalEffect(() => {
    const tenants = overview.value?.tenants;
    if (tenants === undefined) return undefined;
    const control = new AbortController();
    void read.readRows(tenants, control.signal);
    void read.readViews(control.signal);
    return () => control.abort();
  });
  return read;
}

/** The table of all tenants. */
export function Fleet() {
  const isCreating = useSignal(false);
  const read = useRows();
  const rowHeight = useRowHeight();
  const shown = useComputed(() => {
    const { query } = address.value;
    const search = query.get('search') ?? '';
    const order = readOrder(query.get('order'));
    return arrangeTenants(overview.value?.tenants ?? [], read, { search, order });
  });
  const isLoaded = overview.value !== undefined;
  return (
    <div class="stack fleet">
      <h1>Policies</h1>
      <Tools
        onCreate={() => {
          isCreating.value = true;
        }}
      />
      {read.error.value !== undefined && (
        <ErrorNotice message={read.error.value} again={() => void readOverview()} />
      )}
      <div class="panel fleet-table">
        <FleetHead unread={read.unread.value} />
        {!isLoaded && <div class="skeleton fleet-list" />}
        {isLoaded && shown.value.length === 0 && (
          <Empty search={address.value.query.get('search') ?? ''} />
        )}
        {shown.value.length > 0 && (
          <VirtualList
            items={shown.value}
            rowHeight={rowHeight}
            height={`min(calc(100dvh - 18rem), ${shown.value.length * rowHeight}px)`}
            label={`${shown.value.length} tenants`}
            render={(tenant) => (
              <FleetLine
                tenant={tenant}
                row={read.rows.value.get(tenant)}
                views={read.views.value?.get(tenant)}
                isViewed={read.views.value !== undefined && read.unread.value === undefined}
              />
            )}
          />
        )}
      </div>
      {isCreating.value && (
        <CreateTenant
          onClose={() => {
            isCreating.value = false;
          }}
        />
      )}
    </div>
  );
}
