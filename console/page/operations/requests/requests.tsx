import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { isDeployed, queryText } from '../part.ts';
import { createFeed, type Feed } from './feed.ts';
import { FilterBar } from './filter-bar.tsx';
import { openLiveStream, type StreamState } from './live-stream.ts';
import { Numbers } from './numbers.tsx';
import { RecentBar } from './recent-bar.tsx';
import { RequestList } from './request-list.tsx';
import { PauseButton, StreamLine } from './stream-line.tsx';

/** Keeps the filter of a feed in step with the address. */
function useFilter(feed: Feed): void {
  useSignalEffect(() => {
    const filter = {
      tenant: queryText('tenant'),
      code: queryText('code'),
      text: queryText('text'),
    };
    feed.setFilter(filter);
  });
}

function LiveRequests({ feed }: { feed: Feed }) {
  const state = useSignal<StreamState>({ kind: 'opening' });
  const skipped = useSignal(0);
  const again = useSignal(0);
  useSignalEffect(() => {
    void again.value;
    const stream = openLiveStream(feed.add);
    const stop = stream.watch((next, passedOver) => {
      state.value = next;
      skipped.value = passedOver;
    });
    return () => {
      stop();
      stream.close();
    };
  });
  return (
    <>
      <StreamLine
        state={state.value}
        skipped={skipped.value}
        again={() => {
          again.value += 1;
        }}
      />
      <PauseButton feed={feed} />
    </>
  );
}

/** Requests as they come, and what they add up to. */
export function Requests() {
  const feed = useMemo(createFeed, []);
  useFilter(feed);
  useEffect(() => () => feed.close(), []);
  return (
    <div class="requests">
      <section class="panel requests-list" aria-label="Requests">
        <header>
          <h2>Requests</h2>
          {isDeployed.value ? <RecentBar feed={feed} /> : <LiveRequests feed={feed} />}
        </header>
        <FilterBar />
        <RequestList feed={feed} />
      </section>
      <Numbers feed={feed} />
    </div>
  );
}
