import { useSignal } from '@preact/signals';
import type { PolicyChange } from '../../../../shared/policy/diff/policy-diff.ts';
import { printCountOf, visible } from '../words.ts';

/** How many changes are shown before the rest is asked for. */
const first = 30;

const tones = { widens: 'warn', narrows: 'good', changes: '' } as const;

type ChangeListProps = {
  readonly changes: readonly PolicyChange[];
  /** How many there are, of which `changes` may be the first. */
  readonly total: number;
  readonly none?: string;
};

/** Differences between two policies, in words. */
export function PolicyChanges({ changes, total, none = 'They decide alike.' }: ChangeListProps) {
  const isWhole = useSignal(false);
  if (total === 0) return <p class="quiet">{none}</p>;
  const shown = isWhole.value ? changes : changes.slice(0, first);
  return (
    <div class="stack tight">
      <ul class="changes">
        {shown.map(({ path, kind, text }) => (
          <li key={`${path} ${kind} ${text}`}>
            <span class={`tag ${tones[kind]}`}>{kind}</span> <span>{visible(text)}</span>
          </li>
        ))}
      </ul>
      {changes.length > shown.length && (
        <div>
          <button
            type="button"
            class="button slight"
            onClick={() => {
              isWhole.value = true;
            }}
          >
            Show all {printCountOf(total, 'change')}
          </button>
        </div>
      )}
      {isWhole.value && total > changes.length && (
        <p class="small quiet">And {printCountOf(total - changes.length, 'more change')}.</p>
      )}
    </div>
  );
}
