import { useSignal, useSignalEffect } from '@preact/signals';
import type { CallInput, CallOutput } from '../../../server/calls.ts';
import { setQuery } from '../../address.ts';
import { callWithProgress, messageOf } from '../../call.ts';
import { Field } from '../../parts/field.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { ProgressBar, type ProgressState } from '../../parts/progress-bar.tsx';
import { TenantSelect } from '../../parts/tenant-select.tsx';
import { namedTenant, queryText } from '../part.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';

type Usage = CallOutput<'usage'>;

const askedUsage = (): CallInput<'usage'> => ({
  tenant: namedTenant.value,
  since: queryText('since'),
  until: queryText('until'),
  by: queryText('by') === 'month' ? 'month' : 'day',
});

function useUsage() {
  const again = useSignal(0);
  const found = useSignal<Usage | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  const progress = useSignal<ProgressState | undefined>({ done: 0, total: null });
  useSignalEffect(() => {
    void again.value;
    const control = new AbortController();
    const onProgress = (next: ProgressState): void => {
      progress.value = next;
    };
    onProgress({ done: 0, total: null });
    callWithProgress('usage', askedUsage(), onProgress, control.signal).then(
      (value) => {
        found.value = value;
        error.value = undefined;
        progress.value = undefined;
      },
      (thrown: unknown) => {
        if (control.signal.aborted) return;
        error.value = messageOf(thrown);
        progress.value = undefined;
      },
    );
    return () => control.abort();
  });
  return { again, found, error, progress };
}

const DayField = ({ name, query }: { name: string; query: 'since' | 'until' }) => (
  <Field name={name}>
    <input
      class="input"
      type="date"
      value={queryText(query)}
      onChange={({ currentTarget }) => setQuery({ [query]: currentTarget.value })}
    />
  </Field>
);

const Choices = () => (
  <div class="filter-bar">
    <TenantSelect
      value={namedTenant.value}
      all="All tenants"
      onChoose={(tenant) => setQuery({ tenant })}
    />
    <DayField name="First day (UTC)" query="since" />
    <DayField name="Last day" query="until" />
    <Field name="Rows by">
      <select
        class="input"
        value={askedUsage().by}
        onChange={({ currentTarget }) => setQuery({ by: currentTarget.value })}
      >
        <option value="day">day</option>
        <option value="month">month</option>
      </select>
    </Field>
  </div>
);

const csvAddress = (): string =>
  `/usage.csv?${new URLSearchParams(Object.entries(askedUsage()) as [string, string][])}`;

const Notes = ({ usage: { notes, warnings } }: { usage: Usage }) => (
  <>
    {warnings.length > 0 && <Notice tone="warn">{warnings.join('\n')}</Notice>}
    {notes.length > 0 && <p class="quiet small usage-notes">{notes.join('\n')}</p>}
    <p class="quiet small">
      Days are in UTC. USD are estimates with the prices of AWS; docs/operating.md (Bill tenants)
      says what they contain.
    </p>
  </>
);

/** What tenants used, and what that may cost. */
export function UsagePart() {
  const { again, found, error, progress } = useUsage();
  const retry = (): void => {
    again.value += 1;
  };
  return (
    <section class="panel" aria-label="Usage">
      <header>
        <h2>Usage</h2>
        <ProgressBar progress={progress.value} label="Bytes of logs read" />
        <div class="row">
          <button
            type="button"
            class="button"
            disabled={progress.value !== undefined}
            onClick={retry}
          >
            Count again
          </button>
          <a class="button" href={csvAddress()} download="signet-usage.csv">
            Download CSV
          </a>
        </div>
      </header>
      <Choices />
      <div class="body stack usage-body">
        {error.value !== undefined && <ErrorNotice message={error.value} again={retry} />}
        <UsageChart rows={found.value?.rows} />
        <UsageTable rows={found.value?.rows} more={found.value?.more ?? false} />
        {found.value !== undefined && <Notes usage={found.value} />}
      </div>
    </section>
  );
}
