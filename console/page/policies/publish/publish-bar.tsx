import { useSignal } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';
import type { DraftReview } from '../effects/effects.tsx';
import { printCountOf } from '../words.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { PublishDialog } from './publish-dialog.tsx';

/** What the draft is, in a few words. */
function printState(draft: Draft): string {
  if (!draft.isDirty.value) return `Version ${draft.base.value.version}, unchanged`;
  const { issues } = draft.verdict.value;
  if (issues.length > 0) return `Draft with ${printCountOf(issues.length, 'problem')}`;
  return `Draft of version ${draft.base.value.version}`;
}

type Asking = 'publish' | 'conflict' | undefined;

/** The state of the draft, and what can be done with it. */
export function PublishBar({ draft, review }: { draft: Draft; review: DraftReview }) {
  const asking = useSignal<Asking>(undefined);
  const published = useSignal<number | undefined>(undefined);
  const live = review.value.value?.live;
  const isOvertaken = live !== undefined && live !== draft.base.value.version;
  const ask = (next: Asking) => (): void => {
    asking.value = next;
  };
  return (
    <div class="draft-bar">
      <div class="row">
        <span class={`tag ${draft.isDirty.value ? 'warn' : ''}`} role="status">
          {printState(draft)}
        </span>
        {published.value !== undefined && !draft.isDirty.value && (
          <span class="tag good" role="status">
            Published version {published.value}
          </span>
        )}
        {isOvertaken && (
          <button type="button" class="button danger" onClick={ask('conflict')}>
            Version {live} was published meanwhile: compare
          </button>
        )}
      </div>
      <div class="row">
        <button
          type="button"
          class="button"
          disabled={!draft.isDirty.value}
          onClick={() => draft.restart(draft.base.value)}
        >
          Discard
        </button>
        <button
          type="button"
          class="button primary"
          disabled={!draft.isReady.value || !draft.isDirty.value}
          onClick={ask('publish')}
        >
          Publish…
        </button>
      </div>
      {asking.value === 'publish' && (
        <PublishDialog
          draft={draft}
          onClose={ask(undefined)}
          onConflict={ask('conflict')}
          onPublished={(version) => {
            published.value = version;
          }}
        />
      )}
      {asking.value === 'conflict' && (
        <ConflictDialog draft={draft} onClose={ask(undefined)} onRebased={ask('publish')} />
      )}
    </div>
  );
}
