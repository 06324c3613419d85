import { useSignal } from '@preact/signals';
import { setQuery } from '../../address.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { ErrorNotice } from '../../parts/notice.tsx';
import { printTime } from '../../parts/time-text.ts';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { useMatches, widths } from '../use-matches.ts';
import { printCountOf, visible } from '../words.ts';
import { Audit } from './audit.tsx';
import { Compare } from './compare.tsx';
import type { HistoryVersion } from './history-version.ts';
import { RollbackDialog } from './rollback-dialog.tsx';

/** In pixels: a narrow page shows what can be done below the reason. */
const heights = { wide: 84, narrow: 124 } as const;

/** Anyone can declare any name, so that is said where AWS did not confirm it. */
const printAuthor = ({ by, identity }: Pick<HistoryVersion, 'by' | 'identity'>): string =>
  `${visible(by)}${identity === undefined ? ' (self-declared)' : ''}`;

type EntryProps = {
  readonly version: HistoryVersion;
  readonly isLive: boolean;
  readonly before: HistoryVersion | undefined;
  readonly restore: (version: number) => void;
};

const compareTo = (before: number, after: number): void =>
  setQuery({ from: String(before), to: String(after) });

const Entry = ({ version: one, isLive, before, restore }: EntryProps) => (
  <div class="version">
    <div class="version-what">
      <span>
        <strong>Version {one.version}</strong>{' '}
        {isLive && one.deleted === undefined && <span class="tag good">live</span>}
        {one.deleted === true && <span class="tag bad">deleted</span>}
      </span>
      <span class="small quiet version-who">
        <time dateTime={one.at}>{printTime(one.at)}</time> by {printAuthor(one)}
      </span>
      <span class="version-why" title={visible(one.reason ?? '')}>
        {one.reason === null ? <span class="quiet">no reason</span> : visible(one.reason)}
      </span>
    </div>
    <div class="version-acts">
      {before !== undefined && before.deleted === undefined && one.deleted === undefined && (
        <button
          type="button"
          class="button slight"
          aria-label={`What changed in version ${one.version}`}
          onClick={() => compareTo(before.version, one.version)}
        >
          What changed
        </button>
      )}
      {!isLive && one.deleted === undefined && (
        <button
          type="button"
          class="button slight"
          aria-label={`Restore… version ${one.version}`}
          onClick={() => restore(one.version)}
        >
          Restore…
        </button>
      )}
    </div>
  </div>
);

/** The versions of a policy as a timeline, compared and restored. */
export function HistoryView({ tenant }: { tenant: string }) {
  const history = useLoading((stop) => call('history', { tenant }, stop));
  const entryHeight = useMatches(widths.narrow).value ? heights.narrow : heights.wide;
  const restoring = useSignal<number | undefined>(undefined);
  const { value, error } = history.value;
  if (error !== undefined && value === undefined)
    return (
      <div class="stack">
        <ErrorNotice message={error} again={history.again} />
        <Audit tenant={tenant} version={0} />
      </div>
    );
  const versions = value?.versions ?? [];
  const [newest] = versions;
  return (
    <div class="history">
      <section class="panel history-list" aria-label="Versions">
        <header>
          <h2>Versions</h2>
          <span class="small quiet">{value && printCountOf(value.total, 'version')}</span>
        </header>
        {value === undefined ? (
          <div class="skeleton history-wait" />
        ) : (
          <VirtualList
            items={versions}
            rowHeight={entryHeight}
            height={`min(calc(100dvh - 18rem), ${versions.length * entryHeight}px)`}
            label={`Versions of ${tenant}, newest first`}
            render={(one, at) => (
              <Entry
                version={one}
                isLive={at === 0}
                before={versions[at + 1]}
                restore={(version) => {
                  restoring.value = version;
                }}
              />
            )}
          />
        )}
      </section>
      <div class="stack history-side">
        <Compare tenant={tenant} versions={versions} />
        <Audit tenant={tenant} version={newest?.version ?? 0} />
      </div>
      {restoring.value !== undefined && (
        <RollbackDialog
          tenant={tenant}
          version={restoring.value}
          onClose={() => {
            restoring.value = undefined;
          }}
          onRestored={history.again}
        />
      )}
    </div>
  );
}
