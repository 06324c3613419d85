import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CallOutput } from '../../../server/calls.ts';
import { call, messageOf } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { Field } from '../../parts/field.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';
import type { Draft } from '../draft/draft.ts';
import { printInteger, printSize, printUsd } from '../words.ts';

type Cost = CallOutput<'costDraft'>;

const printAllowed = ({ derivativesPerSource, exact }: Cost): string =>
  `${exact ? '' : 'at least '}${printSize(derivativesPerSource)}`;

/** Whether the draft allows more or less than the version that it began with. */
function printDifference(cost: Cost, before: Cost | undefined): string {
  if (before === undefined || !cost.exact || !before.exact) return '';
  if (cost.derivativesPerSource === before.derivativesPerSource) return 'as before';
  return `before: ${printSize(before.derivativesPerSource)}`;
}

const Figures = ({ cost, before }: { cost: Cost; before: Cost | undefined }) => {
  const { total, ...parts } = cost.usdPerMonth;
  return (
    <>
      <dl class="figures">
        <div>
          <dt>Derivatives per source</dt>
          <dd>
            <strong title={printInteger(cost.derivativesPerSource)}>{printAllowed(cost)}</strong>{' '}
            <span class="small quiet">{printDifference(cost, before)}</span>
          </dd>
        </div>
        <div>
          <dt>A month, at most</dt>
          <dd>
            <strong>{printUsd(total)}</strong>{' '}
            {before !== undefined && before.usdPerMonth.total !== total && (
              <span class="small quiet">before: {printUsd(before.usdPerMonth.total)}</span>
            )}
          </dd>
        </div>
      </dl>
      <p class="small quiet">
        {Object.entries(parts)
          .map(([name, amount]) => `${name} ${printUsd(amount)}`)
          .join(', ')}
      </p>
    </>
  );
};

/** Counts to the end, which can take a minute. */
function useWholeCount(draft: Draft) {
  const state = useSignal<{ text: string; cost?: Cost; error?: string; busy: boolean } | undefined>(
    undefined,
  );
  const control = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => control.current?.abort(), []);
  const stop = (): void => control.current?.abort();
  const start = async (assumed: { sources: number; viewsPerMonth: number }): Promise<void> => {
    stop();
    const { tenant } = draft;
    const text = draft.settled.peek();
    const own = new AbortController();
    control.current = own;
    state.value = { text, busy: true };
    try {
      const input = { tenant, text, ...assumed, patience: 'waiting' } as const;
      state.value = { text, cost: await call('costDraft', input, own.signal), busy: false };
    } catch (thrown) {
      state.value = own.signal.aborted
        ? undefined
        : { text, error: messageOf(thrown), busy: false };
    }
  };
  return { state, start, stop };
}

type Assumed = { readonly sources: number; readonly viewsPerMonth: number };

const readAmount = (text: string): number =>
  Math.min(999_999_999_999, Math.floor(Number(text)) || 0);

const Assumptions = ({ assumed, set }: { assumed: Assumed; set: (next: Assumed) => void }) => (
  <div class="assumptions">
    <Field name="Sources">
      <input
        class="input"
        type="number"
        min={0}
        value={assumed.sources}
        onChange={({ currentTarget }) =>
          set({ ...assumed, sources: Math.max(0, readAmount(currentTarget.value)) })
        }
      />
    </Field>
    <Field name="Views a month">
      <input
        class="input"
        type="number"
        min={0}
        value={assumed.viewsPerMonth}
        onChange={({ currentTarget }) =>
          set({ ...assumed, viewsPerMonth: Math.max(0, readAmount(currentTarget.value)) })
        }
      />
    </Field>
  </div>
);

type WholeProps = {
  readonly whole: ReturnType<typeof useWholeCount>;
  readonly assumed: Assumed;
  readonly cost: Cost | undefined;
};

/** Offers to count to the end where a quick count could not. */
const WholeCount = ({ whole, assumed, cost }: WholeProps) => {
  if (whole.state.value?.busy === true)
    return (
      <div class="row" role="status">
        <progress aria-label="Counting" />
        <span class="small quiet">Counted for up to a minute…</span>
        <button type="button" class="button" onClick={whole.stop}>
          Stop
        </button>
      </div>
    );
  if (cost === undefined || cost.exact) return null;
  return (
    <div class="row">
      <span class="small quiet">The rules overlap in many ways.</span>
      <button type="button" class="button" onClick={() => void whole.start(assumed)}>
        Count to the end
      </button>
    </div>
  );
};

/** How many derivatives the draft allows, and what they cost at most. */
export function CostPanel({ draft }: { draft: Draft }) {
  const assumed = useSignal<Assumed>({ sources: 1_000, viewsPerMonth: 100_000 });
  const whole = useWholeCount(draft);
  const { tenant } = draft;
  const before = useLoading((stop) =>
    call('costDraft', { tenant, text: draft.base.value.text, ...assumed.value }, stop),
  );
  const cost = useLoading(async (stop): Promise<Cost | undefined> => {
    const text = draft.settled.value;
    const input = { tenant, text, ...assumed.value };
    if (!('policy' in draft.verdict.value)) return undefined;
    return call('costDraft', input, stop);
  });
  const { value, error, busy } = cost.value;
  const found = whole.state.value;
  const isWhole = found?.cost !== undefined && found.text === draft.settled.value;
  const shown = isWhole ? found.cost : value;
  return (
    <section class="panel" aria-label="What it allows and costs" aria-busy={busy}>
      <header>
        <h2>What it allows and costs</h2>
      </header>
      <div class="body stack tight cost-body">
        {(error ?? found?.error) !== undefined && (
          <ErrorNotice message={error ?? found?.error ?? ''} again={cost.again} />
        )}
        {shown === undefined && error === undefined && (
          <p class="quiet">{busy ? 'Counted…' : 'Correct the draft first.'}</p>
        )}
        {shown !== undefined && <Figures cost={shown} before={before.value.value} />}
        {shown?.reportUntil && (
          <p class="small quiet">
            It only reports until {shown.reportUntil}. Until then all other derivatives are made,
            too.
          </p>
        )}
        <WholeCount whole={whole} assumed={assumed.value} cost={shown} />
        <Assumptions
          assumed={assumed.value}
          set={(next) => {
            assumed.value = next;
          }}
        />
      </div>
    </section>
  );
}
