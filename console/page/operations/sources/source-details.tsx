import { useSignal } from '@preact/signals';
import { printBytes } from '../../../../operator/quantity.ts';
import { escapeForTerminal } from '../../../../shared/terminal.ts';
import type { CallOutput } from '../../../server/calls.ts';
import { setQuery, viewAddress } from '../../address.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { FocusPicker } from '../../parts/focus-picker.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { printTime } from '../../parts/time-text.ts';
import { tenantOfPart } from '../part.ts';
import { PurgeDialog, RemoveDialog } from './remove-dialog.tsx';
import { changes, noteChange, shownSource } from './source-model.ts';

type Described = NonNullable<CallOutput<'source'>>;

const isMark = (path: string): boolean => path.startsWith('_watermarks/');

const Facts = ({ source }: { source: Described }) => (
  <dl class="facts source-facts">
    {(
      [
        ['Bytes', printBytes(source.bytes)],
        ['Type', source.contentType ?? 'unknown'],
        ['Last change', printTime(source.modified)],
        ['Focal point', source.focus ?? 'none'],
      ] as const
    ).map(([name, value]) => (
      <div class="fact" key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

const closeDetails = (): void => setQuery({ path: undefined }, 'push');

const DetailActions = ({ tenant, path }: { tenant: string; path: string }) => {
  const asked = useSignal<'remove' | 'purge' | undefined>(undefined);
  const close = (): void => {
    asked.value = undefined;
  };
  const ask = (what: 'remove' | 'purge') => (): void => {
    asked.value = what;
  };
  return (
    <div class="row">
      {!isMark(path) && (
        <a class="button" href={viewAddress('', { tenant, path })}>
          Open in the playground
        </a>
      )}
      <a
        class="button"
        href={`/picture/source?${new URLSearchParams({ tenant, path })}`}
        download={path.split('/').at(-1)}
      >
        Download
      </a>
      <button type="button" class="button" onClick={ask('purge')}>
        Purge
      </button>
      <button type="button" class="button danger" onClick={ask('remove')}>
        Delete
      </button>
      {asked.value === 'remove' && (
        <RemoveDialog tenant={tenant} scope={path} onClose={close} onDone={closeDetails} />
      )}
      {asked.value === 'purge' && <PurgeDialog tenant={tenant} scope={path} onClose={close} />}
    </div>
  );
};

/** The source with its focal point. A watermark has none. */
const Picture = ({
  tenant,
  path,
  focus,
}: {
  tenant: string;
  path: string;
  focus: string | null;
}) => {
  const query = new URLSearchParams({ tenant, path, change: String(changes.value) });
  return (
    <div class="source-picture">
      <FocusPicker
        key={`${tenant}/${path}`}
        tenant={tenant}
        path={path}
        src={`/picture/source?${query}`}
        focus={focus ?? undefined}
        onStored={noteChange}
      />
    </div>
  );
};

function Stored({ tenant, path }: { tenant: string; path: string }) {
  const found = useLoading((abort) => {
    void changes.value;
    return call('source', { tenant, path }, abort);
  });
  const { busy, error, value } = found.value;
  if (error !== undefined) return <ErrorNotice message={error} again={found.again} />;
  if (value === undefined && busy) return <div class="skeleton source-wait" />;
  if (value === undefined || value === null)
    return <p class="empty">There is no such source any more.</p>;
  return (
    <>
      {value.fault !== null && <Notice tone="warn">{`No URL can name it: ${value.fault}`}</Notice>}
      {value.fault === null && !isMark(path) && (
        <Picture tenant={tenant} path={path} focus={value.focus} />
      )}
      <Facts source={value} />
      <DetailActions tenant={tenant} path={path} />
    </>
  );
}

/** The source in the address: what is stored, and what can be done with it. */
export function SourceDetails() {
  const path = shownSource();
  const tenant = tenantOfPart.value;
  return (
    <section class="panel source-details" aria-label="Source">
      <header>
        <h2 class="wrap">{path === '' ? 'No source chosen' : escapeForTerminal(path)}</h2>
        {path !== '' && (
          <button type="button" class="button slight" onClick={closeDetails}>
            Close
          </button>
        )}
      </header>
      <div class="body stack">
        {path === '' ? (
          <p class="empty">Choose a source to see it, to set its focal point, or to delete it.</p>
        ) : (
          <Stored key={`${tenant}/${path}`} tenant={tenant} path={path} />
        )}
      </div>
    </section>
  );
}
