import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { removalWarning } from '../../../../operator/tenants/removal.ts';
import type { CallOutput } from '../../../server/calls.ts';
import { goTo } from '../../address.ts';
import { call } from '../../call.ts';
import { readOverview } from '../../installation.ts';
import { createDoing, type Loading, useLoading } from '../../loading.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Notice } from '../../parts/notice.tsx';
import { forgetDraft } from '../draft/saved-draft.ts';
import { printCountOf } from '../words.ts';

const printSize = ({ value, error }: Loading<CallOutput<'tenantSize'>>): string => {
  if (error !== undefined) return `Its derivatives could not be counted: ${error}`;
  if (value === undefined) return 'Its derivatives are counted…';
  const count = printCountOf(value.derivatives, 'derivative');
  return `${value.more ? 'More than ' : ''}${count} will be deleted. Sources and the audit trail stay.`;
};

/** Shows what deleting a tenant covers, and asks for its name and a reason. */
export function DeleteTenant({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const confirmed = useSignal('');
  const reason = useSignal('');
  const doing = useMemo(createDoing, []);
  const size = useLoading((signal) => call('tenantSize', { tenant }, signal));
  const remove = async (event: Event): Promise<void> => {
    event.preventDefault();
    const input = { tenant, reason: reason.value.trim(), confirmed: confirmed.value };
    const isDone = await doing.run(async () => {
      await call('removeTenant', input);
      return '';
    });
    if (!isDone) return;
    forgetDraft(tenant);
    await readOverview();
    goTo('policies');
  };
  const { busy, error } = doing.state.value;
  return (
    <Dialog title={`Delete ${tenant}`} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void remove(event)}>
        <Notice tone="warn">{removalWarning(tenant)}</Notice>
        <p class="delete-size">{printSize(size.value)}</p>
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
        <Field name={`Write ${tenant} to confirm`}>
          <input
            class="input"
            value={confirmed.value}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              confirmed.value = currentTarget.value;
            }}
          />
        </Field>
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        <div class="row">
          <button
            type="submit"
            class="button danger"
            disabled={busy || confirmed.value !== tenant || reason.value.trim() === ''}
          >
            {busy ? 'Deleting…' : 'Delete the tenant'}
          </button>
          <button type="button" class="button" onClick={onClose}>
            Keep it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
