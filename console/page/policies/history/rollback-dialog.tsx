import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { call } from '../../call.ts';
import { createDoing, useLoading } from '../../loading.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { PolicyChanges } from '../effects/change-list.tsx';
import { PurgeChoice } from '../publish/publish-dialog.tsx';

type RollbackDialogProps = {
  readonly tenant: string;
  readonly version: number;
  readonly onClose: () => void;
  readonly onRestored: () => void;
};

/** Shows what restoring a version changes, and asks for a reason. */
export function RollbackDialog({ tenant, version, onClose, onRestored }: RollbackDialogProps) {
  const reason = useSignal('');
  const purge = useSignal(false);
  const doing = useMemo(createDoing, []);
  const plan = useLoading((stop) =>
    call('previewRollback', { tenant, version, purge: purge.value }, stop),
  );
  const { value, error } = plan.value;
  const restore = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (value === undefined) return;
    const input = { tenant, version, expected: value.live, reason: reason.value.trim() };
    const isDone = await doing.run(async () => {
      await call('rollback', { ...input, purge: purge.value });
      return '';
    });
    if (!isDone) return;
    onRestored();
    onClose();
  };
  const { busy, error: failed } = doing.state.value;
  const asksPurge = purge.value || (error ?? failed ?? '').includes('--purge');
  return (
    <Dialog title={`Restore version ${version} of ${tenant}`} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void restore(event)}>
        <p class="quiet">
          Its content is published as a new version. Keys and blocked scopes stay as they are.
        </p>
        <div class="dialog-changes">
          {error !== undefined && <ErrorNotice message={error} again={plan.again} />}
          {error === undefined && value !== undefined && (
            <PolicyChanges
              changes={value.changes}
              total={value.total}
              none="Nothing changes: the live version decides alike."
            />
          )}
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
        {asksPurge && (
          <PurgeChoice
            checked={purge.value}
            set={(on) => {
              purge.value = on;
            }}
          />
        )}
        {failed !== undefined && <Notice tone="bad">{failed}</Notice>}
        <div class="row">
          <button
            type="submit"
            class="button primary"
            disabled={busy || reason.value.trim() === '' || value === undefined}
          >
            {busy ? 'Restoring…' : 'Restore'}
          </button>
          <button type="button" class="button" onClick={onClose}>
            Keep the live version
          </button>
        </div>
      </form>
    </Dialog>
  );
}
