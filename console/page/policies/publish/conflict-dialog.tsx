import type { CallOutput } from '../../../server/calls.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { printTime } from '../../parts/time-text.ts';
import type { Draft } from '../draft/draft.ts';
import { PolicyChanges } from '../effects/change-list.tsx';
import { visible } from '../words.ts';

type Conflict = CallOutput<'draftConflict'>;

type ConflictDialogProps = {
  readonly draft: Draft;
  readonly onClose: () => void;
  /** The draft is based on the live version now, and can be published on top of it. */
  readonly onRebased: () => void;
};

const Both = ({ conflict }: { conflict: Conflict }) => {
  const { live, theirs, yours, onTop } = conflict;
  return (
    <>
      <div class="both">
        <section aria-label="Their changes">
          <h3>
            Theirs: version {live.version} by {visible(live.by)}, {printTime(live.at)}
          </h3>
          <p class="small quiet">{visible(live.reason ?? 'without a reason')}</p>
          <PolicyChanges changes={theirs.changes} total={theirs.total} />
        </section>
        <section aria-label="Your changes">
          <h3>Yours: the draft</h3>
          <PolicyChanges changes={yours.changes} total={yours.total} />
        </section>
      </div>
      <section aria-label="Publishing yours on top">
        <h3>Publishing yours on top would change their version so</h3>
        <PolicyChanges changes={onTop.changes} total={onTop.total} />
      </section>
    </>
  );
};

/** Shows what somebody else published meanwhile and what the draft changes, and leaves the choice. */
export function ConflictDialog({ draft, onClose, onRebased }: ConflictDialogProps) {
  const { tenant } = draft;
  const conflict = useLoading((stop) => {
    const base = draft.base.peek().version;
    return call('draftConflict', { tenant, text: draft.text.peek(), base }, stop);
  });
  const { value, error } = conflict.value;
  return (
    <Dialog title="Another version was published meanwhile" onClose={onClose}>
      <Notice tone="warn">Nothing was overwritten. Your draft is still here.</Notice>
      <div class="dialog-changes">
        {error !== undefined && <ErrorNotice message={error} again={conflict.again} />}
        {value !== undefined && <Both conflict={value} />}
      </div>
      <div class="row">
        <button
          type="button"
          class="button"
          disabled={value === undefined}
          onClick={() => {
            if (value !== undefined) draft.restart(value.live);
            onClose();
          }}
        >
          Take theirs
        </button>
        <button
          type="button"
          class="button primary"
          disabled={value === undefined}
          onClick={() => {
            if (value !== undefined) draft.restart(value.live, draft.text.peek());
            onRebased();
          }}
        >
          Publish mine on top…
        </button>
      </div>
    </Dialog>
  );
}
