import type { CallOutput } from '../../server/calls.ts';
import type { ViewedPicture } from './viewing.ts';

/* What happens to a request, stage by stage, as data. It stops where the request is refused. */

type Explanation = CallOutput<'explain'>;

export type ShownStage = {
  readonly name: string;
  readonly state: 'passed' | 'refused' | 'not reached';
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/** The stages of the edge, and those behind them. */
const edgeStages = ['split', 'verify', 'admit', 'parse', 'negotiate', 'authorize', 'name'] as const;

const printValue = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const factsOf = (data: Readonly<Record<string, unknown>>): ShownStage['facts'] =>
  Object.entries(data).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, printValue(value)] as const],
  );

function edgeStage({ stages }: Explanation, name: string): ShownStage {
  const found = stages.find(({ stage }) => stage === name);
  if (found === undefined) return { name, state: 'not reached', facts: [] };
  return { name, state: found.ok ? 'passed' : 'refused', facts: factsOf(found.data) };
}

const passed = (name: string, what: string): ShownStage => ({
  name,
  state: 'passed',
  facts: [[name, what]],
});
const skipped = (name: string): ShownStage => ({ name, state: 'not reached', facts: [] });

/** What came after the edge function, from the answer: a hit asks nobody, and a stored derivative needs no render. */
function laterStages(
  explanation: Explanation,
  view: Omit<ViewedPicture, 'url' | 'explanation'> | undefined,
) {
  const names = ['cache', 'source', 'render', 'store'];
  if (view === undefined || explanation.refusal !== undefined) return names.map(skipped);
  const hit = view.cache === 'Hit' || view.cache === 'RefreshHit';
  const cache = passed('cache', hit ? 'CloudFront had the answer' : 'CloudFront had to ask');
  if (hit) return [cache, ...names.slice(1).map(skipped)];
  if (explanation.stored === true)
    return [cache, skipped('source'), skipped('render'), passed('store', 'S3 had the derivative')];
  if (view.code !== undefined)
    return [
      cache,
      { name: 'source', state: 'refused' as const, facts: [['refusal', view.code] as const] },
      skipped('render'),
      skipped('store'),
    ];
  return [
    cache,
    passed('source', 'read from S3'),
    passed('render', `drawn in ${view.milliseconds} ms, with the way there and back`),
    passed('store', 'written to S3 for the next view'),
  ];
}

/** All stages of a request. */
export const shownStages = (
  explanation: Explanation,
  view: Omit<ViewedPicture, 'url' | 'explanation'> | undefined,
): readonly ShownStage[] => [
  ...edgeStages.map((name) => edgeStage(explanation, name)),
  ...laterStages(explanation, view),
];

const marks = { passed: '✓', refused: '✗', 'not reached': '·' } as const;

/** The stages in a row. The data of each is below its name. */
export const StageList = ({ stages }: { stages: readonly ShownStage[] }) => (
  <ol class="stages">
    {stages.map(({ name, state, facts }) => (
      <li key={name} class={`stage ${state.replace(' ', '-')}`}>
        <h3>
          <span aria-hidden="true">{marks[state]}</span> {name}
          <span class="hidden">: {state}</span>
        </h3>
        <dl>
          {facts.map(([own, value]) => (
            <div key={own}>
              <dt class="quiet">{own}</dt>
              <dd class="mono">{value}</dd>
            </div>
          ))}
        </dl>
      </li>
    ))}
  </ol>
);
