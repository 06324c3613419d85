import { useEffect, useMemo } from 'preact/hooks';
import { address, guardLeaving, setQuery } from '../../address.ts';
import { useLoading } from '../../loading.ts';
import { ErrorNotice } from '../../parts/notice.tsx';
import { EditorPane } from '../editor/editor-pane.tsx';
import { Effects, useReview } from '../effects/effects.tsx';
import { PolicyForm } from '../form/policy-form.tsx';
import { PublishBar } from '../publish/publish-bar.tsx';
import { useMatches, widths } from '../use-matches.ts';
import { type Bases, createDraft, type Draft, readBases } from './draft.ts';
import { hasDraft } from './saved-draft.ts';

/** Asks before unpublished changes are left, in the page and by the browser. */
function useLeavingGuard({ tenant, isDirty }: Draft): void {
  useEffect(() => {
    const release = guardLeaving(
      ({ view, query }) =>
        (view === 'policies' && query.get('tenant') === tenant) ||
        !hasDraft(tenant) ||
        confirm(`The changes of ${tenant} are not published. They stay in this tab. Leave them?`),
    );
    const warn = (event: BeforeUnloadEvent): void => {
      if (isDirty.peek()) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => {
      release();
      removeEventListener('beforeunload', warn);
    };
  }, []);
}

const sides = { form: 'Form', json: 'JSON' } as const;

/** On a narrow page the form and the JSON take turns. */
const Sides = ({ side }: { side: string }) => (
  <fieldset class="draft-sides">
    <legend class="hidden">Edit as</legend>
    {Object.entries(sides).map(([name, title]) => (
      <button
        key={name}
        type="button"
        class="button"
        aria-pressed={side === name}
        onClick={() => setQuery({ edit: name })}
      >
        {title}
      </button>
    ))}
  </fieldset>
);

function Editing({ tenant, bases }: { tenant: string; bases: Bases }) {
  const draft = useMemo(() => createDraft(tenant, bases), []);
  const review = useReview(draft);
  const isWide = useMatches(widths.wide);
  useLeavingGuard(draft);
  useEffect(() => draft.stop, []);
  const side = address.value.query.get('edit') === 'json' ? 'json' : 'form';
  return (
    <div class="draft">
      <PublishBar draft={draft} review={review} />
      {!isWide.value && <Sides side={side} />}
      {(isWide.value || side === 'form') && <PolicyForm draft={draft} />}
      {(isWide.value || side === 'json') && <EditorPane draft={draft} />}
      <Effects draft={draft} review={review} />
    </div>
  );
}

/** The room of a draft, until it is read. */
export const DraftWaiting = () => (
  <div class="draft" aria-busy="true">
    <div class="skeleton draft-bar" />
    <div class="skeleton draft-form" />
    <div class="skeleton draft-json" />
    <div class="skeleton draft-effects" />
  </div>
);

/** The policy of a tenant, to change and to publish. A kept draft is of the target, which must be known. */
export function DraftView({ tenant }: { tenant: string }) {
  const bases = useLoading((stop) => readBases(tenant, stop));
  const { value, error, busy } = bases.value;
  if (value !== undefined) return <Editing tenant={tenant} bases={value} />;
  if (error !== undefined && !busy) return <ErrorNotice message={error} again={bases.again} />;
  return <DraftWaiting />;
}
