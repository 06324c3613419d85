import { type ReadonlySignal, signal } from '@preact/signals';
import type { LiveRequest } from '../../../../operator/logs/live-request.ts';
import { isWanted, type RequestFilter } from './filter.ts';
import { countRequest, emptyRequestTally, type RequestTally } from './request-tally.ts';

/** What is shown of the requests at one moment. */
export type FeedView = {
  /** Newest first. */
  readonly rows: readonly LiveRequest[];
  readonly tally: RequestTally;
  /** Since when is counted, as ISO 8601; undefined without a request. */
  readonly since: string | undefined;
  readonly paused: boolean;
  /** How many wanted requests came since the pause. */
  readonly waiting: number;
};

/** Keeps the newest requests, and counts all of them. */
export type Feed = {
  readonly view: ReadonlySignal<FeedView>;
  readonly add: (requests: readonly LiveRequest[]) => void;
  /** Puts others in the place of all that was kept. */
  readonly replace: (requests: readonly LiveRequest[]) => void;
  readonly setFilter: (filter: RequestFilter) => void;
  readonly setPaused: (paused: boolean) => void;
  readonly close: () => void;
};

/** How many requests are kept. Each takes about half a kilobyte. */
export const mostKept = 3_000;
/** In milliseconds between two pictures of the list. */
const paintPace = 200;

const noFilter: RequestFilter = { tenant: '', code: '', text: '' };

/** Creates a feed without requests. */
export function createFeed(): Feed {
  let kept: LiveRequest[] = [];
  let filter = noFilter;
  let tally = emptyRequestTally();
  let since: string | undefined;
  let waiting = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const view = signal<FeedView>({ rows: [], tally, since, paused: false, waiting });
  const paint = (): void => {
    timer = undefined;
    const { paused, rows } = view.peek();
    const shown = paused ? rows : kept.filter((one) => isWanted(filter, one)).toReversed();
    // The tally is the same object, so each picture needs a new one around it.
    view.value = { rows: shown, tally: { ...tally }, since, paused, waiting };
  };
  const paintSoon = (): void => {
    timer ??= setTimeout(paint, paintPace);
  };
  const count = (one: LiveRequest): void => {
    if (!isWanted(filter, one)) return;
    since ??= one.at;
    countRequest(tally, one);
    if (view.peek().paused) waiting += 1;
  };
  const recount = (): void => {
    [tally, since, waiting] = [emptyRequestTally(), undefined, 0];
    const { paused } = view.peek();
    if (paused) view.value = { ...view.peek(), paused: false };
    kept.forEach(count);
    paint();
    if (paused) view.value = { ...view.peek(), paused };
  };
  return {
    view,
    add: (requests) => {
      kept.push(...requests);
      if (kept.length > mostKept) kept = kept.slice(-mostKept);
      requests.forEach(count);
      paintSoon();
    },
    replace: (requests) => {
      kept = requests.slice(0, mostKept).toReversed();
      recount();
    },
    setFilter: (next) => {
      filter = next;
      recount();
    },
    setPaused: (paused) => {
      waiting = 0;
      view.value = { ...view.peek(), paused };
      paint();
    },
    close: () => clearTimeout(timer),
  };
}
