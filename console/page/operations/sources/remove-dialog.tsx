import { useRef } from 'preact/hooks';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Notice } from '../../parts/notice.tsx';
import { noteChange } from './source-model.ts';

type ScopeDialogProps = {
  readonly tenant: string;
  readonly scope: string;
  readonly onClose: () => void;
  readonly onDone?: () => void;
};

type Plan = { readonly question: string; readonly warnings: readonly string[] };

const works = {
  remove: {
    title: (scope: string) => `Delete ${scope}`,
    action: 'Delete',
    plan: 'planRemoval',
    run: 'removeSources',
    more: '',
  },
  purge: {
    title: (scope: string) => `Purge ${scope}`,
    action: 'Purge',
    plan: 'planPurge',
    run: 'purge',
    more: 'The derivatives are deleted from the bucket and the caches. They are made again when they are viewed.',
  },
} as const;

type Work = keyof typeof works;

const Planned = ({ plan, more }: { plan: Plan; more: string }) => (
  <>
    <p class="planned">{`${plan.question}${more === '' ? '' : `\n${more}`}`}</p>
    {plan.warnings.length > 0 && <Notice tone="warn">{plan.warnings.join('\n')}</Notice>}
  </>
);

/** Shows what a change of a scope covers, and asks before it is made. */
function ScopeDialog({ work, tenant, scope, onClose, onDone }: ScopeDialogProps & { work: Work }) {
  const found = useLoading((abort) => call(works[work].plan, { tenant, scope }, abort));
  const { error, value } = found.value;
  const { action, more, run, title } = works[work];
  const isDone = useRef(false);
  const close = (): void => {
    onClose();
    if (!isDone.current) return;
    // Not before: the source that was deleted shows this dialog.
    noteChange();
    onDone?.();
  };
  if (value === undefined)
    return (
      <Dialog title={title(scope)} onClose={onClose}>
        {error === undefined ? (
          <div class="skeleton plan-wait" />
        ) : (
          <Notice tone="bad">{error}</Notice>
        )}
      </Dialog>
    );
  return (
    <ConfirmDialog
      title={title(scope)}
      action={action}
      onClose={close}
      onConfirm={async () => {
        const { said } = await call(run, { tenant, scope });
        isDone.current = true;
        return said;
      }}
    >
      <Planned plan={value} more={more} />
    </ConfirmDialog>
  );
}

export const RemoveDialog = (props: ScopeDialogProps) => <ScopeDialog {...props} work="remove" />;

export const PurgeDialog = (props: ScopeDialogProps) => <ScopeDialog {...props} work="purge" />;
