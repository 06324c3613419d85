import { useSignal } from '@preact/signals';
import { escapeForTerminal } from '../../../../shared/terminal.ts';
import { call } from '../../call.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { printTime } from '../../parts/time-text.ts';
import type { Examination } from './examination.ts';

type Finding = Examination['problems'][number];

function markOf({ acknowledged, ok, severity }: Finding): readonly [tone: string, word: string] {
  if (ok) return ['good', 'passed'];
  if (acknowledged !== undefined) return ['', 'acknowledged'];
  return severity === 'warning' ? ['warn', 'warning'] : ['bad', 'error'];
}

const Acknowledged = ({ record }: { record: NonNullable<Finding['acknowledged']> }) => (
  <p class="quiet small">
    {`Acknowledged by ${escapeForTerminal(record.by)}, ${printTime(record.at)}, until ${printTime(record.until)}: ${escapeForTerminal(record.reason)}`}
  </p>
);

/** The command in an advice, if there is one. */
const commandIn = (advice: string): string | undefined =>
  /\b((?:npx signet|aws) [^;]+)$/.exec(advice)?.[1];

const Advice = ({ advice }: { advice: string }) => {
  const command = commandIn(advice);
  return (
    <div class="row">
      <p class="advice">{`What to do: ${escapeForTerminal(advice)}`}</p>
      {command !== undefined && <CopyButton text={command} name="Copy the command" />}
    </div>
  );
};

type ChangeProps = {
  readonly finding: Finding;
  readonly onClose: () => void;
  readonly onChanged: () => void;
};

function ChangeDialog({ finding, onClose, onChanged }: ChangeProps) {
  const { acknowledged, check, found, id = '' } = finding;
  const withdrawn = acknowledged !== undefined;
  return (
    <ConfirmDialog
      title={withdrawn ? 'Report it again' : 'Acknowledge it'}
      action={withdrawn ? 'Report it again' : 'Acknowledge'}
      isDangerous={false}
      needsReason
      onClose={onClose}
      onConfirm={async (reason) => {
        await call('acknowledge', { id, reason, withdrawn });
        onChanged();
        return withdrawn ? 'It is reported again.' : 'It is acknowledged.';
      }}
    >
      <p>{escapeForTerminal(`${check}: ${found}`)}</p>
      <p class="quiet small">
        {withdrawn
          ? 'All operators see the problem again.'
          : 'It is hidden for all operators, for 30 days or until it changes or gets worse. The reason is signed and kept.'}
      </p>
    </ConfirmDialog>
  );
}

/** One finding: what was found, how bad it is, and what to do. */
export function FindingItem({ finding, onChanged }: { finding: Finding; onChanged: () => void }) {
  const isChanging = useSignal(false);
  const { acknowledged, check, found, id, todo } = finding;
  const [tone, word] = markOf(finding);
  return (
    <li class={`finding ${tone}`}>
      <div class="row">
        <span class={`tag ${tone}`}>{word}</span>
        <strong>{check}</strong>
        {id !== undefined && (
          <button
            type="button"
            class="button slight"
            onClick={() => {
              isChanging.value = true;
            }}
          >
            {acknowledged === undefined ? 'Acknowledge' : 'Report again'}
          </button>
        )}
      </div>
      <p>{escapeForTerminal(found)}</p>
      {acknowledged !== undefined && <Acknowledged record={acknowledged} />}
      {todo !== undefined && acknowledged === undefined && <Advice advice={todo} />}
      {isChanging.value && (
        <ChangeDialog
          finding={finding}
          onChanged={onChanged}
          onClose={() => {
            isChanging.value = false;
          }}
        />
      )}
    </li>
  );
}
