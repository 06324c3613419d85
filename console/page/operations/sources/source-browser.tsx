import { setQuery } from '../../address.ts';
import { overview } from '../../installation.ts';
import { TenantSelect } from '../../parts/tenant-select.tsx';
import { queryText, tenantOfPart } from '../part.ts';
import { FolderList } from './folder-list.tsx';
import { SourceDetails } from './source-details.tsx';
import { shownSource } from './source-model.ts';
import { UploadQueue } from './upload-queue.tsx';

const Search = () => (
  <label class="field">
    <span class="name">Search in this folder and below</span>
    <input
      class="input"
      type="search"
      value={queryText('search')}
      onInput={({ currentTarget }) => setQuery({ search: currentTarget.value })}
    />
  </label>
);

/** The sources of a tenant: what is stored, and what can be done with it. */
export function SourceBrowser() {
  if (overview.value?.tenants.length === 0)
    return <p class="empty">There is no tenant yet. Create one: npx signet tenant create NAME</p>;
  return (
    <div class={`source-browser ${shownSource() === '' ? '' : 'with-details'}`}>
      <section class="panel" aria-label="Sources">
        <header>
          <h2>Sources</h2>
        </header>
        <div class="body stack">
          <div class="filter-bar plain-bar">
            <TenantSelect
              value={tenantOfPart.value}
              onChoose={(tenant) =>
                setQuery({ tenant, folder: undefined, path: undefined, search: undefined }, 'push')
              }
            />
            <Search />
          </div>
          <FolderList />
          <UploadQueue key={tenantOfPart.value} />
        </div>
      </section>
      <SourceDetails />
    </div>
  );
}
