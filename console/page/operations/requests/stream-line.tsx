import { printBytes, printNumber } from '../../../../operator/quantity.ts';
import type { Feed } from './feed.ts';
import type { StreamState } from './live-stream.ts';

const words = {
  opening: ['', 'opening'],
  live: ['good', 'live'],
  stopped: ['warn', 'stopped'],
  silent: ['bad', 'no answer'],
  refused: ['bad', 'not read'],
} as const;

function sentenceOf(state: StreamState): string {
  if (state.kind === 'silent')
    return 'The console does not answer. This page tries again by itself. If the console was started again, open the address that it prints.';
  if (state.kind === 'refused') return state.message;
  if (state.kind === 'stopped')
    return 'The stack does not run. Start it with npm start; this page goes on by itself.';
  return '';
}

type StreamLineProps = {
  readonly state: StreamState;
  readonly skipped: number;
  readonly again: () => void;
};

/** Whether requests come in. Its place is kept, so nothing moves when it changes. */
export function StreamLine({ state, skipped, again }: StreamLineProps) {
  const [tone, word] = words[state.kind];
  const passedOver =
    skipped === 0
      ? ''
      : `${printBytes(skipped)} of logs were passed over, because requests come faster than they are shown. `;
  return (
    <div class="stream-line" role="status">
      <span class={`tag ${tone}`}>{word}</span>
      <span class="small">{`${passedOver}${sentenceOf(state)}`}</span>
      {state.kind === 'refused' && (
        <button type="button" class="button slight" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Stops the list so that it can be read. Counting goes on. */
export const PauseButton = ({ feed }: { feed: Feed }) => {
  const { paused, waiting } = feed.view.value;
  return (
    <button
      type="button"
      class="button pause"
      aria-pressed={paused}
      onClick={() => feed.setPaused(!paused)}
    >
      {paused ? `Go on (${printNumber(waiting)} more)` : 'Pause'}
    </button>
  );
};
