import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ErrorNotice } from '../../parts/notice.tsx';
import type { Draft } from '../draft/draft.ts';
import { printCountOf, visible } from '../words.ts';
import type { JsonEditor } from './json-editor.ts';
import { type LocatedIssue, locateIssues } from './locate-issues.ts';

/** How many issues are listed below the editor. */
const listed = 50;

/** Loads the editor and connects it with the draft. */
function useEditor(draft: Draft) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<JsonEditor | undefined>(undefined);
  const state = useSignal<'loading' | 'ready' | 'failed'>('loading');
  useEffect(() => {
    let stop = (): void => undefined;
    let gone = false;
    import('./json-editor.ts').then(
      ({ mountJsonEditor }) => {
        if (gone || host.current === null) return;
        const mounted = mountJsonEditor(host.current, draft);
        editor.current = mounted;
        stop = mounted.stop;
        state.value = 'ready';
      },
      () => {
        state.value = 'failed';
      },
    );
    return () => {
      gone = true;
      stop();
    };
  }, []);
  return { host, editor, state };
}

type IssuesProps = {
  readonly issues: readonly LocatedIssue[];
  readonly show: (offset: number) => void;
};

const Issues = ({ issues, show }: IssuesProps) => (
  <div class="draft-issues" role="status">
    <p class="small fault">{printCountOf(issues.length, 'problem')} in the draft</p>
    <ul>
      {issues.slice(0, listed).map(({ path, message, from }) => (
        <li key={`${path} ${message}`}>
          <button type="button" class="issue" onClick={() => show(from)}>
            <code>{visible(path) || 'the policy'}</code> {visible(message)}
          </button>
        </li>
      ))}
    </ul>
    {issues.length > listed && <p class="small quiet">And {issues.length - listed} more.</p>}
  </div>
);

/** The draft as JSON, with what is wrong in it. */
export function EditorPane({ draft }: { draft: Draft }) {
  const { host, editor, state } = useEditor(draft);
  const { issues } = draft.verdict.value;
  const found = issues.length === 0 ? [] : locateIssues(draft.settled.value, issues);
  return (
    <section class="panel draft-json" aria-label="JSON">
      <header>
        <h2>JSON</h2>
        <span class="small quiet">{printCountOf(draft.text.value.length, 'character')}</span>
      </header>
      {state.value === 'failed' && <ErrorNotice message="The editor could not be loaded." />}
      <div ref={host} class={`editor ${state.value === 'loading' ? 'skeleton' : ''}`} />
      {found.length > 0 && (
        <Issues issues={found} show={(offset) => editor.current?.show(offset)} />
      )}
    </section>
  );
}
