import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CallOutput } from '../../../server/calls.ts';
import { call, messageOf } from '../../call.ts';
import { overview } from '../../installation.ts';
import { Field } from '../../parts/field.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import type { Draft } from '../draft/draft.ts';
import { printCountOf, printInteger, visible } from '../words.ts';

type Replay = CallOutput<'replayDraft'>;
type Refused = Replay['refused'][number];
type State =
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done'; readonly text: string; readonly replay: Replay };

/** A request that only the draft refuses, with its source as the live policy shows it. */
const RefusedRequest = ({ tenant, request }: { tenant: string; request: Refused }) => {
  const { path, recipe, code, requests } = request;
  const isShown = useSignal(true);
  const query = new URLSearchParams({ tenant, path, width: '160' });
  return (
    <li class="refused">
      <span class="refused-picture">
        {isShown.value && (
          <img
            src={`/picture/thumbnail?${query}`}
            alt=""
            loading="lazy"
            onError={() => {
              isShown.value = false;
            }}
          />
        )}
      </span>
      <span class="refused-text">
        <code>{visible(path)}</code>
        <code class="quiet">{visible(recipe) || 'no operation'}</code>
        <span class="small">
          <span class="tag bad">{code}</span> {printCountOf(requests, 'request')}
        </span>
      </span>
    </li>
  );
};

const rows = {
  stillAllowed: 'Still served',
  newlyRefused: 'Newly refused',
  newlyAllowed: 'Newly served',
  refusedBeforeAndAfter: 'Refused before and after',
} as const;

const Counts = ({ report }: { report: NonNullable<Replay['report']> }) => (
  <dl class="counts">
    {Object.entries(rows).map(([name, title]) => (
      <div key={name} class={name === 'newlyRefused' && report.newlyRefused > 0 ? 'fault' : ''}>
        <dt>{title}</dt>
        <dd>{printInteger(report[name as keyof typeof rows])}</dd>
      </div>
    ))}
  </dl>
);

type ResultProps = { readonly draft: Draft; readonly replay: Replay; readonly isOld: boolean };

const Result = ({ draft, replay, isOld }: ResultProps) => {
  const { report, refused, complete, damaged } = replay;
  if (report === undefined) return <p class="quiet">The requests were not compared.</p>;
  return (
    <>
      {isOld && <Notice tone="warn">The draft has changed since. Replay again.</Notice>}
      {!complete && <Notice tone="warn">The log is long. It was read for a minute.</Notice>}
      {damaged.length > 0 && (
        <Notice tone="warn">Some files were damaged: {visible(damaged.join(', '))}</Notice>
      )}
      {report.requests === 0 ? (
        <p class="quiet">The log has no request of {draft.tenant}.</p>
      ) : (
        <Counts report={report} />
      )}
      {refused.length > 0 && (
        <ul class="refused-list" aria-label="Newly refused requests">
          {refused.map((one) => (
            <RefusedRequest key={`${one.path} ${one.recipe}`} tenant={draft.tenant} request={one} />
          ))}
        </ul>
      )}
    </>
  );
};

function useReplay(draft: Draft) {
  const state = useSignal<State | undefined>(undefined);
  const control = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => control.current?.abort(), []);
  const start = async (logs: string): Promise<void> => {
    const own = new AbortController();
    control.current = own;
    const { tenant } = draft;
    const text = draft.settled.peek();
    state.value = { kind: 'busy' };
    try {
      const replay = await call('replayDraft', { tenant, text, logs }, own.signal);
      state.value = { kind: 'done', text, replay };
    } catch (thrown) {
      state.value = own.signal.aborted ? undefined : { kind: 'failed', message: messageOf(thrown) };
    }
  };
  return { state, start, stop: (): void => control.current?.abort() };
}

/** Decides recent requests under the live policy and under the draft. */
export function ReplayPanel({ draft }: { draft: Draft }) {
  const logs = useSignal('');
  const { state, start, stop } = useReplay(draft);
  const isLocal = overview.value?.target === 'local';
  const isBusy = state.value?.kind === 'busy';
  return (
    <section class="panel" aria-label="Recent requests" aria-busy={isBusy}>
      <header>
        <h2>Recent requests</h2>
        {isBusy ? (
          <button type="button" class="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button
            type="button"
            class="button"
            disabled={!draft.isReady.value || (!isLocal && logs.value.trim() === '')}
            onClick={() => void start(logs.value.trim())}
          >
            Replay
          </button>
        )}
      </header>
      <div class="body stack tight replay-body">
        {!isLocal && (
          <Field
            name="Access logs"
            hint="A file or folder on this machine. Fetch it with aws s3 sync from the logs bucket, below cloudfront/."
          >
            <input
              class="input"
              value={logs.value}
              onInput={({ currentTarget }) => {
                logs.value = currentTarget.value;
              }}
            />
          </Field>
        )}
        {state.value === undefined && (
          <p class="quiet">See which logged requests the draft would refuse or newly serve.</p>
        )}
        {isBusy && <progress aria-label="Reading the log" />}
        {state.value?.kind === 'failed' && <ErrorNotice message={state.value.message} />}
        {state.value?.kind === 'done' && (
          <Result
            draft={draft}
            replay={state.value.replay}
            isOld={state.value.text !== draft.settled.value}
          />
        )}
      </div>
    </section>
  );
}
