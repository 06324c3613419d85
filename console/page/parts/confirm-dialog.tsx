import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { createDoing } from '../loading.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Notice } from './notice.tsx';

type ConfirmDialogProps = {
  readonly title: string;
  /** What is asked. */
  readonly children: ComponentChildren;
  /** A verb. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Whether a reason is recorded. */
  readonly needsReason?: boolean;
  readonly onClose: () => void;
  /** Does it, and returns what was done. */
  readonly onConfirm: (reason: string) => Promise<string>;
};

/** Asks before something is changed, does it, and says what was done. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { action, children, isDangerous = true, needsReason = false, onConfirm, title } = props;
  const doing = useMemo(createDoing, []);
  const reason = useSignal('');
  const { busy, error, value } = doing.state.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    void doing.run(() => onConfirm(reason.value));
  };
  return (
    <Dialog title={title} onClose={props.onClose}>
      {children}
      {value === undefined ? (
        <form class="stack" onSubmit={submit}>
          {needsReason && (
            <Field name="Reason" hint="It is recorded, and other operators read it.">
              <input
                class="input"
                required
                maxLength={1_000}
                value={reason.value}
                onInput={({ currentTarget }) => {
                  reason.value = currentTarget.value;
                }}
              />
            </Field>
          )}
          {error !== undefined && <Notice tone="bad">{error}</Notice>}
          <div>
            <button
              type="submit"
              class={`button ${isDangerous ? 'danger' : 'primary'}`}
              disabled={busy}
            >
              {busy ? 'Working…' : action}
            </button>
          </div>
        </form>
      ) : (
        <Notice tone="good">{value}</Notice>
      )}
    </Dialog>
  );
}
