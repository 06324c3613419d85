import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CallOutput } from '../../../server/calls.ts';
import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { printAge, printTime } from '../../parts/time-text.ts';
import { tenantOfPart } from '../part.ts';

type Keys = CallOutput<'keys'>;
type Kid = Keys['kids'][number];

/** What can be done with a kid without refusing a URL that is in use. */
function stateOf({ active, lastExpiry, safeToRetire }: Kid): readonly [tone: string, text: string] {
  if (active) return ['good', 'signs'];
  if (safeToRetire) return ['', 'safe to retire'];
  const end = lastExpiry === null ? 'may never expire' : `expire by ${printTime(lastExpiry)}`;
  return ['warn', `accepted; its URLs ${end}`];
}

const useOf = ({ lastUsed }: Kid, hasUses: boolean, now: number): string => {
  if (!hasUses) return 'not counted on AWS';
  return lastUsed === null
    ? 'not in the log'
    : `${printAge(lastUsed, now)}, ${printTime(lastUsed)}`;
};

const KidRow = ({
  kid,
  hasUses,
  onRetire,
}: {
  kid: Kid;
  hasUses: boolean;
  onRetire: () => void;
}) => {
  const [tone, state] = stateOf(kid);
  const now = Date.now();
  return (
    <tr>
      <th scope="row" class="mono">
        {kid.kid}
      </th>
      <td>
        <span class={`tag wide ${tone}`}>{state}</span>
      </td>
      <td data-name="Accepted since">
        {kid.since === null ? 'unknown' : printAge(kid.since, now)}
      </td>
      <td data-name="Last use">{useOf(kid, hasUses, now)}</td>
      <td>
        {kid.active ? (
          <span class="quiet small">Rotate before you retire it.</span>
        ) : (
          <button type="button" class="button danger" onClick={onRetire}>
            {`Retire ${kid.kid}`}
          </button>
        )}
      </td>
    </tr>
  );
};

/** What is still signed with a kid, as the last sentence before it is retired. */
const RetireWarning = ({ kid }: { kid: Kid }) => (
  <>
    <p>{kid.retire}</p>
    {!kid.safeToRetire && (
      <Notice tone="warn">
        {kid.lastExpiry === null
          ? 'URLs that it signed may never expire, so some may be in use.'
          : `URLs that it signed are valid until ${printTime(kid.lastExpiry)}.`}
      </Notice>
    )}
  </>
);

type Asked = 'rotate' | Kid;

type AskingProps = {
  readonly tenant: string;
  readonly keys: Keys;
  readonly asked: Asked;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

const Asking = ({ tenant, keys, asked, onClose, onDone }: AskingProps) =>
  asked === 'rotate' ? (
    <ConfirmDialog
      title={`Rotate the key of ${tenant}`}
      action="Rotate"
      isDangerous={false}
      needsReason
      onClose={onClose}
      onConfirm={async (reason) => {
        const { said } = await call('rotateKey', { tenant, reason });
        onDone();
        return said;
      }}
    >
      <p>{keys.rotate}</p>
    </ConfirmDialog>
  ) : (
    <ConfirmDialog
      title={`Retire ${asked.kid} of ${tenant}`}
      action={`Retire ${asked.kid}`}
      needsReason
      onClose={onClose}
      onConfirm={async (reason) => {
        const { said } = await call('retireKey', { tenant, kid: asked.kid, reason });
        onDone();
        return said;
      }}
    >
      <RetireWarning kid={asked} />
    </ConfirmDialog>
  );

const KidTable = ({ keys, onRetire }: { keys: Keys; onRetire: (kid: Kid) => void }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keyboard
  <section class="scroll-x" tabIndex={0} aria-label="Accepted kids">
    <table class="table kids">
      <thead>
        <tr>
          <th scope="col">Kid</th>
          <th scope="col">State</th>
          <th scope="col">Accepted since</th>
          <th scope="col">Last use</th>
          <th scope="col">
            <span class="hidden">Retire</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.kids.map((kid) => (
          <KidRow key={kid.kid} kid={kid} hasUses={keys.hasUses} onRetire={() => onRetire(kid)} />
        ))}
      </tbody>
    </table>
  </section>
);

/** The kids that a tenant accepts, and what can be done with them. */
export function TenantKeys({ onRead }: { onRead: () => void }) {
  const found = useLoading((signal) => call('keys', { tenant: tenantOfPart.value }, signal));
  const asked = useSignal<Asked | undefined>(undefined);
  const { error, value } = found.value;
  useEffect(() => {
    if (value !== undefined || error !== undefined) onRead();
  }, [value, error]);
  if (error !== undefined) return <ErrorNotice message={error} again={found.again} />;
  if (value === undefined) return <div key="wait" class="skeleton keys-wait" />;
  return (
    <div key="keys" class="stack keys-table">
      <KidTable
        keys={value}
        onRetire={(kid) => {
          asked.value = kid;
        }}
      />
      <div>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            asked.value = 'rotate';
          }}
        >
          Rotate
        </button>
      </div>
      {asked.value !== undefined && (
        <Asking
          tenant={tenantOfPart.value}
          keys={value}
          asked={asked.value}
          onDone={found.again}
          onClose={() => {
            asked.value = undefined;
          }}
        />
      )}
    </div>
  );
}
