import { computed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { setQuery } from '../address.ts';
import { call } from '../call.ts';
import { useLoading } from '../loading.ts';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { TenantSelect } from '../parts/tenant-select.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { chosenTenant, firstPath, path } from './model.ts';
import { UploadPanel } from './upload-panel.tsx';
import { uploaded } from './uploading.ts';
import { choosePath, viewing } from './viewing.ts';

/* The tenant and its sources, by their pictures. */

const rowHeight = 56;

const isSource = (one: string): boolean => !one.startsWith('_watermarks/');

/**
 * A browser asks one host for six things at a time. The picture in the middle comes first, so the small ones wait until it
 * has been answered once.
 */
const isAnswered = computed(() => viewing.value.view !== undefined || !viewing.value.busy);

const SourceRow = ({ own }: { own: string }) => (
  <button
    type="button"
    class="source"
    aria-current={own === path.value ? 'true' : undefined}
    onClick={() => choosePath(own)}
  >
    {isAnswered.value ? (
      <Thumbnail tenant={chosenTenant.value} path={own} />
    ) : (
      <span class="thumbnail" />
    )}
    <span class="source-name">{own}</span>
  </button>
);

const Empty = ({ search }: { search: string }) => (
  <p class="empty">
    {search === ''
      ? 'This tenant has no sources. Add a picture below.'
      : 'No source has this name.'}
  </p>
);

/** The list, its height kept while it is read. */
function SourceList({ search }: { search: string }) {
  const wanted = useSignal(search);
  wanted.value = search;
  const found = useLoading((abort) => {
    void uploaded.value;
    const asked = { tenant: chosenTenant.value, search: wanted.value };
    return asked.tenant === '' ? Promise.resolve(undefined) : call('sources', asked, abort);
  });
  const { value, error } = found.value;
  const paths = value?.paths.filter(isSource);
  useEffect(() => {
    if (search === '' && paths !== undefined) firstPath.value = paths[0];
  }, [value]);
  if (error !== undefined) return <ErrorNotice message={error} again={found.again} />;
  if (paths === undefined) return <div class="skeleton source-list" />;
  if (value !== undefined && 'unlisted' in value && value.unlisted !== undefined)
    return (
      <Notice tone="warn">{`The sources cannot be listed: ${value.unlisted}. Type a path above.`}</Notice>
    );
  return (
    <div class="source-list">
      {paths.length === 0 ? (
        <Empty search={search} />
      ) : (
        <VirtualList
          items={paths}
          rowHeight={rowHeight}
          height="100%"
          label="Sources"
          keyOf={(own) => own}
          render={(own) => <SourceRow own={own} />}
        />
      )}
      {value?.more === true && (
        <p class="quiet small">There are more. Search for a part of the name.</p>
      )}
    </div>
  );
}

export function Sources() {
  const search = useSignal('');
  return (
    <section class="panel" aria-label="Source">
      <header>
        <h2>Source</h2>
      </header>
      <div class="body stack">
        <TenantSelect
          value={chosenTenant.value}
          onChoose={(name) =>
            setQuery({ tenant: name, path: undefined, recipe: undefined }, 'push')
          }
        />
        <label class="field">
          <span class="name">Search, or the path of a source</span>
          <input
            class="input"
            type="search"
            value={search.value}
            onInput={({ currentTarget }) => {
              search.value = currentTarget.value;
            }}
            onKeyDown={({ key, currentTarget }) => {
              if (key === 'Enter' && currentTarget.value !== '') choosePath(currentTarget.value);
            }}
          />
        </label>
        <SourceList search={search.value} />
        <UploadPanel />
      </div>
    </section>
  );
}
