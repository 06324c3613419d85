import { useSignal } from '@preact/signals';
import { callWithProgress, messageOf } from '../../call.ts';
import { Notice } from '../../parts/notice.tsx';
import { ProgressBar, type ProgressState } from '../../parts/progress-bar.tsx';
import type { Feed } from './feed.ts';

const choices = [1, 5, 15, 60] as const;

type Said = { readonly tone: 'good' | 'warn' | 'bad'; readonly text: string };

type Recent = Awaited<ReturnType<typeof readRecent>>;

const readRecent = (minutes: number, onProgress: (progress: ProgressState) => void) =>
  callWithProgress('recentRequests', { minutes }, onProgress);

function describe({ failed, more, regions, requests }: Recent): Said {
  const texts = [
    requests.length === 0 ? 'No function logged a request.' : `From ${regions.join(', ')}.`,
    ...(more ? ['There are more than are shown; read fewer minutes.'] : []),
    ...failed.map(({ reason, region }) => `${region} was not read: ${reason}`),
  ];
  return { tone: failed.length > 0 || more ? 'warn' : 'good', text: texts.join('\n') };
}

/** Reads the last minutes of a deployed stack from CloudWatch Logs, in every Region. */
export function RecentBar({ feed }: { feed: Feed }) {
  const minutes = useSignal(5);
  const progress = useSignal<ProgressState | undefined>(undefined);
  const said = useSignal<Said | undefined>(undefined);
  const read = async (): Promise<void> => {
    progress.value = { done: 0, total: null };
    try {
      const found = await readRecent(minutes.value, (next) => {
        progress.value = next;
      });
      feed.replace(found.requests);
      said.value = describe(found);
    } catch (thrown) {
      said.value = { tone: 'bad', text: messageOf(thrown) };
    } finally {
      progress.value = undefined;
    }
  };
  return (
    <div class="stack recent-bar">
      <div class="row">
        <label class="row small">
          Minutes
          <select
            class="input slim"
            value={minutes.value}
            onChange={({ currentTarget }) => {
              minutes.value = Number(currentTarget.value);
            }}
          >
            {choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="button primary"
          disabled={progress.value !== undefined}
          onClick={() => void read()}
        >
          Read the last minutes
        </button>
      </div>
      <ProgressBar progress={progress.value} label="Regions read" />
      {said.value !== undefined && <Notice tone={said.value.tone}>{said.value.text}</Notice>}
      <p class="quiet small">
        The functions log one in ten allowed views, unless the deployment sets logOneIn, and sample
        frequent refusals. The numbers are scaled up. Answers from caches are in the access log
        only.
      </p>
    </div>
  );
}
