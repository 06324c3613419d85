import { useSignal } from '@preact/signals';
import { printBytes } from '../../../operator/quantity.ts';
import { setQuery } from '../address.ts';
import { FocusPicker } from '../parts/focus-picker.tsx';
import { Notice } from '../parts/notice.tsx';
import { chosenTenant, judgement, path, type ViewerName, viewer, viewers } from './model.ts';
import { printSaved } from './saved.ts';
import { type Body, source, sourceRevision, type ViewedPicture, viewing } from './viewing.ts';

/* The picture beside its source, with a line between them that can be moved. */

const zooms = { fit: 'Fit', '100': '100 %', '200': '200 %' } as const;
type Zoom = keyof typeof zooms;

const widthAt = (zoom: Zoom, body: Body): string =>
  zoom === 'fit' ? '100%' : `${(body.width * Number(zoom)) / 100}px`;

/** Both pictures on each other. The slider is a real one, so it moves by keyboard too. */
function Comparison({
  result,
  before,
  zoom,
}: {
  result: Body;
  before: Body | undefined;
  zoom: Zoom;
}) {
  const cut = useSignal(50);
  return (
    <div class="comparison-scroll">
      <div
        class={`comparison ${zoom === 'fit' ? '' : 'actual'}`}
        style={{ width: widthAt(zoom, result), '--cut': `${cut.value}%` }}
      >
        <img class="comparison-result" src={result.src} alt="What the recipe makes" />
        {before !== undefined && (
          <>
            <img class="comparison-source" src={before.src} alt="Its source" />
            <span class="comparison-line" aria-hidden="true" />
            <input
              class="comparison-slider"
              type="range"
              min="0"
              max="100"
              value={cut.value}
              aria-label="Line between the source on the left and the picture on the right"
              onInput={({ currentTarget }) => {
                cut.value = Number(currentTarget.value);
              }}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** The focal point of the source. */
const PlaygroundFocus = () => {
  const { body, error, focus } = source.value;
  if (error !== undefined) return <Notice tone="bad">{error}</Notice>;
  return (
    <FocusPicker
      tenant={chosenTenant.value}
      path={path.value}
      src={body?.src}
      focus={focus}
      onStored={() => {
        sourceRevision.value += 1;
      }}
    />
  );
};

const shortType = (type: string): string => type.replace(/^image\//, '').toUpperCase();

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

/** What came back, in numbers. Each has a fixed place, so nothing moves when they change. */
function Facts({ view }: { view: ViewedPicture | undefined }) {
  const body = view?.body;
  const before = source.value.body;
  const size = (one: Body | undefined): string =>
    one === undefined || one.width === 0 ? '–' : `${one.width} × ${one.height}`;
  return (
    <dl class="facts">
      <Fact name="Size" value={size(body)} />
      <Fact name="Type" value={body === undefined ? '–' : shortType(body.type)} />
      <Fact name="Bytes" value={body === undefined ? '–' : printBytes(body.bytes)} />
      <Fact
        name="Beside the source"
        value={body && before ? printSaved(body.bytes, before.bytes) : '–'}
      />
      <Fact name="Time" value={view === undefined ? '–' : `${view.milliseconds} ms`} />
      <Fact name="Cache" value={view?.cache || '–'} />
      <Fact
        name="Source"
        value={before === undefined ? '–' : `${size(before)}, ${printBytes(before.bytes)}`}
      />
    </dl>
  );
}

const ViewerChoice = () => (
  <label class="row small">
    <span class="quiet">Seen with</span>
    <select
      class="input slim"
      value={viewer.value}
      onChange={({ currentTarget }) => setQuery({ viewer: currentTarget.value })}
    >
      {Object.entries(viewers).map(([name, { name: words }]) => (
        <option key={name} value={name as ViewerName}>
          {words}
        </option>
      ))}
    </select>
  </label>
);

/** The answer: a picture, JSON, or why there is none. */
function Answer({ zoom }: { zoom: Zoom }) {
  const { view, error } = viewing.value;
  const denied = judgement.value;
  if (denied !== undefined)
    return (
      <div class="answer-text">
        <Notice tone="bad">{`${denied.code}: ${denied.reason}`}</Notice>
        <p class="quiet">The policy decides this. Change the recipe, or the policy.</p>
      </div>
    );
  if (error !== undefined)
    return (
      <div class="answer-text">
        <Notice tone="bad">{error}</Notice>
      </div>
    );
  if (view === undefined) return <div class="skeleton fill" />;
  if (view.code !== undefined)
    return (
      <div class="answer-text">
        <Notice tone="bad">{`The service answered ${view.status}: ${view.code}.`}</Notice>
      </div>
    );
  if (view.body?.text !== undefined) return <pre class="code fill">{view.body.text}</pre>;
  return view.body === undefined ? null : (
    <Comparison result={view.body} before={source.value.body} zoom={zoom} />
  );
}

export function Stage() {
  const zoom = useSignal<Zoom>('fit');
  const picking = useSignal(false);
  return (
    <section class="panel" aria-label="Picture">
      <header>
        <ViewerChoice />
        <div class="row">
          <button
            type="button"
            class="button slight"
            aria-pressed={picking.value}
            onClick={() => {
              picking.value = !picking.value;
            }}
          >
            {picking.value ? 'Done' : 'Set the focal point'}
          </button>
          <label class="row small">
            <span class="quiet">Zoom</span>
            <select
              class="input slim"
              value={zoom.value}
              onChange={({ currentTarget }) => {
                zoom.value = currentTarget.value as Zoom;
              }}
            >
              {Object.entries(zooms).map(([name, words]) => (
                <option key={name} value={name}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        </div>
      </header>
      <div class="answer" aria-busy={viewing.value.busy}>
        <span class={`working ${viewing.value.busy ? 'shown' : ''}`} aria-hidden="true" />
        {picking.value ? <PlaygroundFocus /> : <Answer zoom={zoom.value} />}
      </div>
      <Facts view={judgement.value === undefined ? viewing.value.view : undefined} />
    </section>
  );
}
