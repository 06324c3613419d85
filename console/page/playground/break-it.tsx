import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CallInput, CallOutput } from '../../server/calls.ts';
import { call } from '../call.ts';
import { createDoing } from '../loading.ts';
import { Notice } from '../parts/notice.tsx';
import { chosenOperations, chosenTenant, judgement, path, viewer, viewers } from './model.ts';
import { StageList, shownStages } from './stages.tsx';
import { type ViewedPicture, viewing, viewThrough } from './viewing.ts';

/* Makes URLs that the service has to refuse, and shows where it does. */

type Breakage = CallInput<'breakUrl'>['breakage'];

const ways: Readonly<Record<Breakage, string>> = {
  signature: 'Change a character of the signature',
  width: 'Ask for a width the policy does not allow',
  expired: 'Let it expire',
  tenant: 'Sign with another tenant’s key',
};

type Broken = {
  readonly url: string;
  readonly explanation: CallOutput<'explain'>;
  readonly view: Omit<ViewedPicture, 'url' | 'explanation'>;
};

async function breakUrl(breakage: Breakage): Promise<Broken> {
  const asked = {
    tenant: chosenTenant.value,
    path: path.value,
    operations: [...chosenOperations.value],
  };
  const { url } = await call('breakUrl', { ...asked, breakage });
  const { accept } = viewers[viewer.value];
  const explanation = await call('explain', { url, accept });
  return { url, explanation, view: await viewThrough(url, accept) };
}

/** The sentence of `explain`, and what the viewer gets. */
function Outcome({ broken }: { broken: Broken }) {
  const { refusal } = broken.explanation;
  const { status, code } = broken.view;
  return (
    <Notice tone={refusal === undefined ? 'good' : 'bad'}>
      {refusal === undefined
        ? `It was answered with ${status}.`
        : `${refusal.code}: ${refusal.reason}. The viewer gets ${status} ${code ?? ''} and no other word.`}
    </Notice>
  );
}

export function BreakIt() {
  const broken = useSignal<Broken | undefined>(undefined);
  const doing = useSignal(createDoing()).value;
  useEffect(() => {
    broken.value = undefined;
  }, [chosenTenant.value, path.value, chosenOperations.value]);
  const shown = broken.value ?? viewing.value.view;
  const run = (breakage: Breakage): void =>
    void doing.run(async () => {
      broken.value = await breakUrl(breakage);
      return '';
    });
  const stages =
    shown === undefined || (broken.value === undefined && judgement.value !== undefined)
      ? []
      : shownStages(shown.explanation, 'view' in shown ? shown.view : shown);
  return (
    <section class="panel" aria-label="Break it">
      <header>
        <h2>What happens to the request</h2>
        {broken.value !== undefined && (
          <button
            type="button"
            class="button slight"
            onClick={() => {
              broken.value = undefined;
            }}
          >
            Back to the URL that works
          </button>
        )}
      </header>
      <div class="body stack">
        <fieldset class="plain row" aria-label="Break it">
          <strong>Break it:</strong>
          {Object.entries(ways).map(([breakage, words]) => (
            <button
              type="button"
              key={breakage}
              class="button"
              disabled={doing.state.value.busy}
              onClick={() => run(breakage as Breakage)}
            >
              {words}
            </button>
          ))}
        </fieldset>
        {doing.state.value.error !== undefined && (
          <Notice tone="warn">{doing.state.value.error}</Notice>
        )}
        {broken.value !== undefined && <Outcome broken={broken.value} />}
        {broken.value !== undefined && <pre class="code">{broken.value.url}</pre>}
        <StageList stages={stages} />
      </div>
    </section>
  );
}
