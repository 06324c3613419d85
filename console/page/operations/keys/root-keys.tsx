import { useSignal } from '@preact/signals';
import type { CallOutput } from '../../../server/calls.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';

type Root = CallOutput<'rootKeys'>[number];

const states = {
  current: ['good', 'new keys are derived from it'],
  waiting: ['warn', 'not every function has loaded it yet'],
  older: ['', 'older keys are derived from it'],
} as const;

const RootRow = ({ root, onRetire }: { root: Root; onRetire: () => void }) => {
  const [tone, state] = states[root.state];
  return (
    <li class="root-key">
      <span class="mono">{root.kid}</span>
      <span class={`tag wide ${tone}`}>{state}</span>
      {root.state === 'older' && (
        <button type="button" class="button danger" onClick={onRetire}>
          {`Retire ${root.kid}`}
        </button>
      )}
    </li>
  );
};

type Asked = 'add' | Root;

const Asking = ({
  asked,
  onClose,
  onDone,
}: {
  asked: Asked;
  onClose: () => void;
  onDone: () => void;
}) =>
  asked === 'add' ? (
    <ConfirmDialog
      title="Add a root key"
      action="Add a root key"
      isDangerous={false}
      onClose={onClose}
      onConfirm={async () => {
        const { said } = await call('addRootKey', {});
        onDone();
        return said;
      }}
    >
      <p>
        A new root key is stored in the secret. In 20 minutes every function has loaded it, and
        tenants can get keys derived from it. Every URL stays valid.
      </p>
    </ConfirmDialog>
  ) : (
    <ConfirmDialog
      title={`Retire root key ${asked.kid}`}
      action={`Retire ${asked.kid}`}
      onClose={onClose}
      onConfirm={async () => {
        const { said } = await call('retireRootKey', { root: asked.kid });
        onDone();
        return said;
      }}
    >
      <p>{asked.retire}</p>
    </ConfirmDialog>
  );

/** The root keys, from which the keys of all tenants are derived. */
export function RootKeys() {
  const found = useLoading((signal) => call('rootKeys', {}, signal));
  const asked = useSignal<Asked | undefined>(undefined);
  const { error, value } = found.value;
  return (
    <section class="panel" aria-label="Root keys">
      <header>
        <h2>Root keys</h2>
        <button
          type="button"
          class="button"
          onClick={() => {
            asked.value = 'add';
          }}
        >
          Add a root key
        </button>
      </header>
      <div class="body root-keys">
        {error !== undefined && <ErrorNotice message={error} again={found.again} />}
        {value === undefined && error === undefined && <div class="skeleton root-wait" />}
        <ul class="stack">
          {value?.map((root) => (
            <RootRow
              key={root.kid}
              root={root}
              onRetire={() => {
                asked.value = root;
              }}
            />
          ))}
        </ul>
      </div>
      {asked.value !== undefined && (
        <Asking
          asked={asked.value}
          onDone={found.again}
          onClose={() => {
            asked.value = undefined;
          }}
        />
      )}
    </section>
  );
}
