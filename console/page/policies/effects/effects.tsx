import type { CallOutput } from '../../../server/calls.ts';
import { call } from '../../call.ts';
import { type Loaded, useLoading } from '../../loading.ts';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import type { Draft } from '../draft/draft.ts';
import { visible } from '../words.ts';
import { PolicyChanges } from './change-list.tsx';
import { CostPanel } from './cost-panel.tsx';
import { ReplayPanel } from './replay-panel.tsx';

export type Review = CallOutput<'reviewDraft'>;

export type DraftReview = Loaded<Review | undefined>;

/** Reads what publishing would change, after each pause; undefined while the draft is not valid. */
export const useReview = (draft: Draft): DraftReview =>
  useLoading(async (stop): Promise<Review | undefined> => {
    const { tenant } = draft;
    const text = draft.settled.value;
    void draft.base.value;
    if (!('policy' in draft.verdict.value)) return undefined;
    return call('reviewDraft', { tenant, text }, stop);
  });

/** What the policy allows and probably should not, and what a change means for some tenants. */
export const Warnings = ({ warnings, notes }: Pick<Review, 'warnings' | 'notes'>) => (
  <>
    {warnings.map(({ path, message }) => (
      <Notice key={`${path} ${message}`} tone="warn">
        {visible(`${path || 'The policy'} ${message}`)}
      </Notice>
    ))}
    {notes.map(({ path, message }) => (
      <Notice key={`${path} ${message}`}>{visible(`${path || 'The policy'} ${message}`)}</Notice>
    ))}
  </>
);

const Changes = ({ review }: { review: DraftReview }) => {
  const { value, error, busy } = review.value;
  return (
    <section class="panel" aria-label="What changes" aria-busy={busy}>
      <header>
        <h2>What changes</h2>
      </header>
      <div class="body stack tight changes-body">
        {error !== undefined && <ErrorNotice message={error} again={review.again} />}
        {error === undefined && value === undefined && (
          <p class="quiet">{busy ? 'Compared…' : 'Correct the draft first.'}</p>
        )}
        {value !== undefined && (
          <>
            <PolicyChanges
              changes={value.changes}
              total={value.total}
              none="Nothing: the draft decides as the live policy does."
            />
            <Warnings {...value} />
          </>
        )}
      </div>
    </section>
  );
};

/** What the draft would mean: changes in words, derivatives and cost, and recent requests. */
export function Effects({ draft, review }: { draft: Draft; review: DraftReview }) {
  return (
    <div class="draft-effects stack">
      <Changes review={review} />
      <CostPanel draft={draft} />
      <ReplayPanel draft={draft} />
    </div>
  );
}
