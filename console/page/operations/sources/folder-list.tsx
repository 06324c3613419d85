import { useSignal } from '@preact/signals';
import { printCount } from '../../../../operator/quantity.ts';
import { escapeForTerminal } from '../../../../shared/terminal.ts';
import type { CallOutput } from '../../../server/calls.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { Thumbnail } from '../../parts/thumbnail.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { queryText, tenantOfPart } from '../part.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import {
  changes,
  folder,
  foldersTo,
  lastPart,
  openFolder,
  openSource,
  shownSource,
} from './source-model.ts';

type Browsed = CallOutput<'browseSources'>;
type Row = { readonly name: string; readonly sources?: number };

const rowHeight = 56;

const Crumbs = () => (
  <nav class="crumbs" aria-label="Folder">
    <button type="button" class="button slight" onClick={() => openFolder('')}>
      All sources
    </button>
    {foldersTo(folder()).map((name) => (
      <span key={name}>
        <span class="quiet" aria-hidden="true">
          /
        </span>
        <button type="button" class="button slight" onClick={() => openFolder(name)}>
          {escapeForTerminal(lastPart(name))}
        </button>
      </span>
    ))}
  </nav>
);

const FolderRow = ({ name, sources }: { name: string; sources: number }) => (
  <button type="button" class="source" onClick={() => openFolder(name)}>
    <span class="thumbnail folder" aria-hidden="true" />
    <span class="source-name">{escapeForTerminal(lastPart(name))}/</span>
    <span class="quiet small">{printCount(sources, 'source')}</span>
  </button>
);

const SourceRow = ({ path, shown }: { path: string; shown: string }) => (
  <button
    type="button"
    class="source"
    aria-current={path === shownSource() ? 'true' : undefined}
    onClick={() => openSource(path)}
  >
    <Thumbnail tenant={tenantOfPart.value} path={path} />
    <span class="source-name">{escapeForTerminal(shown)}</span>
  </button>
);

const rowsOf = ({ folders, paths }: Browsed): readonly Row[] => [
  ...folders,
  ...paths.map((name) => ({ name })),
];

const emptyText = (): string => {
  if (queryText('search') !== '') return 'No source has this text in its path.';
  return folder() === ''
    ? 'This tenant has no sources. Upload some below.'
    : 'This folder is empty.';
};

/** What is to be known of the list: a foreign bucket, no listing, or too many sources. */
const Remarks = ({ browsed: { from, more, unlisted } }: { browsed: Browsed }) => (
  <>
    {from !== undefined && (
      <Notice>
        {`The sources are in "${from}", a bucket that Signet only reads. Upload, change and delete them there with its owner's tools. Watermarks are in Signet's own bucket.`}
      </Notice>
    )}
    {unlisted !== undefined && (
      <Notice tone="warn">{`The sources cannot be listed: ${unlisted}.`}</Notice>
    )}
    {more && (
      <p class="quiet small">
        Only the first 20,000 sources were looked at. Open a folder to see more of it.
      </p>
    )}
  </>
);

const Count = ({ rows }: { rows: readonly Row[] }) => {
  const below = rows.reduce((sum, { sources = 1 }) => sum + sources, 0);
  return <span class="quiet small">{printCount(below, 'source')}</span>;
};

function Rows({ rows }: { rows: readonly Row[] }) {
  const isSearch = queryText('search') !== '';
  if (rows.length === 0) return <p class="empty">{emptyText()}</p>;
  return (
    <VirtualList
      items={rows}
      rowHeight={rowHeight}
      height="100%"
      label="Folders and sources"
      render={({ name, sources }) =>
        sources === undefined ? (
          <SourceRow path={name} shown={isSearch ? name : lastPart(name)} />
        ) : (
          <FolderRow name={name} sources={sources} />
        )
      }
    />
  );
}

/** The folders and sources of the folder in the address. */
export function FolderList() {
  const removing = useSignal(false);
  const found = useLoading((abort) => {
    void changes.value;
    const asked = { tenant: tenantOfPart.value, folder: folder(), search: queryText('search') };
    return call('browseSources', asked, abort);
  });
  const { error, value } = found.value;
  const rows = value === undefined ? [] : rowsOf(value);
  const canRemove = folder() !== '' && rows.length > 0 && value?.from === undefined;
  return (
    <div class="stack">
      <div class="row folder-head">
        <Crumbs />
        <Count rows={rows} />
        <button
          type="button"
          class={`button slight remove-folder ${folder() === '' ? 'away' : ''}`}
          disabled={!canRemove}
          onClick={() => {
            removing.value = true;
          }}
        >
          Delete this folder
        </button>
      </div>
      {error !== undefined && <ErrorNotice message={error} again={found.again} />}
      {value !== undefined && <Remarks browsed={value} />}
      <div class="folder-list">
        {value === undefined ? <div key="wait" class="skeleton fill" /> : <Rows rows={rows} />}
      </div>
      {removing.value && (
        <RemoveDialog
          tenant={tenantOfPart.value}
          scope={`${folder()}*`}
          onDone={() => openFolder(foldersTo(folder()).at(-2) ?? '')}
          onClose={() => {
            removing.value = false;
          }}
        />
      )}
    </div>
  );
}
