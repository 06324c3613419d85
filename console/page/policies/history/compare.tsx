import { useComputed } from '@preact/signals';
import { address, setQuery } from '../../address.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { Field } from '../../parts/field.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';
import { printTime } from '../../parts/time-text.ts';
import { PolicyChanges } from '../effects/change-list.tsx';
import type { HistoryVersion } from './history-version.ts';

/** A version number of the address; undefined for anything else. */
function readNumber(name: string): number | undefined {
  const text = address.value.query.get(name) ?? '';
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}

type ChoiceProps = {
  readonly name: 'from' | 'to';
  readonly title: string;
  readonly versions: readonly HistoryVersion[];
};

const VersionChoice = ({ name, title, versions }: ChoiceProps) => (
  <Field name={title}>
    <select
      class="input"
      value={String(readNumber(name) ?? '')}
      onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}
    >
      <option value="">Choose a version</option>
      {versions
        .filter(({ deleted }) => deleted === undefined)
        .map(({ version, at }) => (
          <option key={version} value={version}>
            {version}, {printTime(at)}
          </option>
        ))}
    </select>
  </Field>
);

/** Any two versions, compared in words. The choice is in the address. */
export function Compare({
  tenant,
  versions,
}: {
  tenant: string;
  versions: readonly HistoryVersion[];
}) {
  const pair = useComputed(() => [readNumber('from'), readNumber('to')] as const);
  const found = useLoading(async (stop) => {
    const [before, after] = pair.value;
    if (before === undefined || after === undefined) return undefined;
    return call('compareVersions', { tenant, before, after }, stop);
  });
  const { value, error, busy } = found.value;
  const isChosen = pair.value.every((one) => one !== undefined);
  return (
    <section class="panel" aria-label="Compare two versions" aria-busy={busy}>
      <header>
        <h2>Compare two versions</h2>
      </header>
      <div class="body stack tight">
        <div class="compare-choice">
          <VersionChoice name="from" title="From" versions={versions} />
          <VersionChoice name="to" title="To" versions={versions} />
        </div>
        <div class="compare-result">
          {!isChosen && <p class="quiet">Choose two versions, or “What changed” of one.</p>}
          {isChosen && error !== undefined && <ErrorNotice message={error} again={found.again} />}
          {isChosen && error === undefined && value !== undefined && (
            <PolicyChanges changes={value.changes} total={value.total} />
          )}
        </div>
      </div>
    </section>
  );
}
