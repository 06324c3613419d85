import { useSignal } from '@preact/signals';
import { takenWidth } from './srcset-choice.ts';

/* Which candidate of the srcset a browser takes, for any window and screen. */

type Candidate = { readonly width: number; readonly url: string };

const densities = [1, 1.5, 2, 3] as const;

export function Viewport({ candidates }: { candidates: readonly Candidate[] }) {
  const shown = useSignal(800);
  const density = useSignal(2);
  const widths = candidates.map(({ width }) => width);
  const taken = takenWidth(widths, shown.value, density.value);
  if (candidates.length === 0)
    return (
      <p class="quiet small viewport">
        The policy allows no other width for this recipe, so there is no srcset.
      </p>
    );
  return (
    <div class="viewport stack">
      <h3>Which candidate of the srcset is taken</h3>
      <div class="row">
        <label class="row small grow">
          <span class="quiet">Width of the image</span>
          <input
            type="range"
            min="160"
            max="2560"
            step="10"
            value={shown.value}
            onInput={({ currentTarget }) => {
              shown.value = Number(currentTarget.value);
            }}
          />
          <output>{shown.value} px</output>
        </label>
        <label class="row small">
          <span class="quiet">Screen</span>
          <select
            class="input slim"
            value={density.value}
            onChange={({ currentTarget }) => {
              density.value = Number(currentTarget.value);
            }}
          >
            {densities.map((one) => (
              <option key={one} value={one}>{`${one}×`}</option>
            ))}
          </select>
        </label>
      </div>
      <ol class="row" aria-label="Candidates">
        {widths.map((width) => (
          <li
            key={width}
            class={`tag ${width === taken ? 'good' : ''}`}
            aria-current={width === taken}
          >
            {width}w{width === taken ? ' is taken' : ''}
          </li>
        ))}
      </ol>
    </div>
  );
}
