import { useSignal } from '@preact/signals';
import { address } from '../address.ts';
import { overview } from '../installation.ts';
import { ViewLink } from '../parts/view-link.tsx';
import { DraftView, DraftWaiting } from './draft/draft-view.tsx';
import { DeleteTenant } from './fleet/delete-tenant.tsx';
import { HistoryView } from './history/history-view.tsx';

const tabs = { '': 'Policy', history: 'History' } as const;

const Tabs = ({ tenant, tab }: { tenant: string; tab: string }) => (
  <nav class="policy-tabs" aria-label={`Parts of ${tenant}`}>
    {Object.entries(tabs).map(([name, title]) => (
      <ViewLink key={name} view="policies" query={{ tenant, tab: name }} current={name === tab}>
        {title}
      </ViewLink>
    ))}
  </nav>
);

/** The policy of one tenant: its draft or its history. */
export function TenantPolicy({ tenant }: { tenant: string }) {
  const isDeleting = useSignal(false);
  const tab = address.value.query.get('tab') === 'history' ? 'history' : '';
  return (
    <div class="stack policy-view">
      <div class="policy-head">
        <div class="row">
          <ViewLink view="policies">All tenants</ViewLink>
          <h1>{tenant}</h1>
        </div>
        <Tabs tenant={tenant} tab={tab} />
        <button
          type="button"
          class="button danger"
          onClick={() => {
            isDeleting.value = true;
          }}
        >
          Delete…
        </button>
      </div>
      {tab === 'history' && <HistoryView tenant={tenant} />}
      {tab === '' &&
        (overview.value === undefined ? <DraftWaiting /> : <DraftView tenant={tenant} />)}
      {isDeleting.value && (
        <DeleteTenant
          tenant={tenant}
          onClose={() => {
            isDeleting.value = false;
          }}
        />
      )}
    </div>
  );
}
