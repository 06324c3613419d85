import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { isTenant } from '../../../../shared/url/path.ts';
import { goTo } from '../../address.ts';
import { call } from '../../call.ts';
import { readOverview } from '../../installation.ts';
import { createDoing } from '../../loading.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Notice } from '../../parts/notice.tsx';

const expected = 'Write 1 to 63 of a-z and 0-9, with single hyphens inside.';

/** Asks for a name and creates the tenant with the starter policy. */
export function CreateTenant({ onClose }: { onClose: () => void }) {
  const name = useSignal('');
  const doing = useMemo(createDoing, []);
  const isWrong = name.value !== '' && !isTenant(name.value);
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const tenant = name.value;
    const isDone = await doing.run(async () => {
      const { kid } = await call('createTenant', { tenant });
      return kid;
    });
    if (!isDone) return;
    await readOverview();
    goTo('policies', { tenant });
  };
  return (
    <Dialog title="Create a tenant" onClose={onClose}>
      <form class="stack" onSubmit={(event) => void create(event)}>
        <p class="quiet">
          It gets the starter policy, which is narrow: common widths, six boxes, two presets. You
          can change it next.
        </p>
        <Field name="Name" hint={expected} fault={isWrong ? expected : undefined}>
          <input
            class="input"
            value={name.value}
            aria-invalid={isWrong}
            maxLength={63}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              name.value = currentTarget.value;
            }}
          />
        </Field>
        {doing.state.value.error !== undefined && (
          <Notice tone="bad">{doing.state.value.error}</Notice>
        )}
        <div class="row">
          <button
            type="submit"
            class="button primary"
            disabled={name.value === '' || isWrong || doing.state.value.busy}
          >
            {doing.state.value.busy ? 'Creating…' : 'Create'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
