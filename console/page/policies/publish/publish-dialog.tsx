import { useSignal } from '@preact/signals';
import { CallError, call, messageOf } from '../../call.ts';
import { readOverview } from '../../installation.ts';
import { useLoading } from '../../loading.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import type { Draft } from '../draft/draft.ts';
import { PolicyChanges } from '../effects/change-list.tsx';
import { type Review, Warnings } from '../effects/effects.tsx';

type PublishDialogProps = {
  readonly draft: Draft;
  readonly onClose: () => void;
  readonly onConflict: () => void;
  readonly onPublished: (version: number) => void;
};

/** Whether a failure asks for the derivatives to be deleted. */
const needsPurge = (message: string): boolean => message.includes('--purge');

export const PurgeChoice = ({ checked, set }: { checked: boolean; set: (on: boolean) => void }) => (
  <label class="check">
    <input
      type="checkbox"
      checked={checked}
      onChange={({ currentTarget }) => set(currentTarget.checked)}
    />
    Delete every derivative of the tenant. A change of where its sources are needs it.
  </label>
);

/** What one publishing needs, and what became of it. */
function usePublishing({ draft, onClose, onConflict, onPublished }: PublishDialogProps) {
  const reason = useSignal('');
  const purge = useSignal(false);
  const error = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const publish = async (): Promise<void> => {
    const { tenant } = draft;
    const text = draft.text.peek();
    const expected = draft.base.peek().version;
    busy.value = true;
    error.value = undefined;
    try {
      const choices = { expected, reason: reason.peek().trim(), purge: purge.peek() };
      const { version } = await call('publishDraft', { tenant, text, ...choices });
      draft.restart(await call('draftBase', { tenant }));
      onPublished(version);
      onClose();
      void readOverview();
    } catch (thrown) {
      if (thrown instanceof CallError && thrown.code === 'conflict') onConflict();
      else error.value = messageOf(thrown);
    } finally {
      busy.value = false;
    }
  };
  return { reason, purge, error, busy, publish };
}

const Reviewed = ({ review }: { review: Review }) => (
  <>
    <PolicyChanges changes={review.changes} total={review.total} none="Nothing changes." />
    <Warnings {...review} />
  </>
);

/** Shows what publishing changes, and asks for a reason. */
export function PublishDialog(props: PublishDialogProps) {
  const { draft, onClose } = props;
  const { reason, purge, error, busy, publish } = usePublishing(props);
  const review = useLoading((stop) =>
    call('reviewDraft', { tenant: draft.tenant, text: draft.text.value }, stop),
  );
  const { value, error: unread } = review.value;
  return (
    <Dialog title={`Publish the policy of ${draft.tenant}`} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void publish();
        }}
      >
        <div class="dialog-changes">
          {value !== undefined && <Reviewed review={value} />}
          {unread !== undefined && <ErrorNotice message={unread} again={review.again} />}
        </div>
        <Field name="Reason" hint="It is kept in the audit trail.">
          <input
            class="input"
            value={reason.value}
            maxLength={1_000}
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </Field>
        {(purge.value || needsPurge(error.value ?? '')) && (
          <PurgeChoice
            checked={purge.value}
            set={(on) => {
              purge.value = on;
            }}
          />
        )}
        {error.value !== undefined && <Notice tone="bad">{error.value}</Notice>}
        <div class="row">
          <button
            type="submit"
            class="button primary"
            disabled={busy.value || reason.value.trim() === '' || value === undefined}
          >
            {busy.value ? 'Publishing…' : 'Publish'}
          </button>
          <button type="button" class="button" onClick={onClose}>
            Go on editing
          </button>
        </div>
      </form>
    </Dialog>
  );
}
