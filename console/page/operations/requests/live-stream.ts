import { effect, signal } from '@preact/signals';
import type { LiveRequests, LiveState } from '../../../server/events.ts';
import { CallError, messageOf, request, splitAnswer } from '../../call.ts';

/** What is known about the stream of requests. */
export type StreamState =
  | { readonly kind: 'opening' | 'live' | 'stopped' }
  | { readonly kind: 'silent' | 'refused'; readonly message: string };

export type LiveStream = {
  /** Calls back now and after each change: with the state, and the bytes of logs that were passed over. */
  readonly watch: (onChange: (state: StreamState, skipped: number) => void) => () => void;
  readonly close: () => void;
};

/** In milliseconds until the console is asked again. */
const retryPace = 2_000;

const readEvent = (text: string): readonly [event: string, data: unknown] => {
  const [, event = '', data = 'null'] = /^event: (\w+)\ndata: (.*)$/s.exec(text) ?? [];
  return [event, JSON.parse(data)];
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Opens the stream of requests, and opens it again when it ends, until it is closed. */
export function openLiveStream(onRequests: (found: LiveRequests['requests']) => void): LiveStream {
  const control = new AbortController();
  const state = signal<StreamState>({ kind: 'opening' });
  const skipped = signal(0);
  let last = '';
  const receive = (text: string): void => {
    const [event, data] = readEvent(text);
    if (event === 'state') state.value = { kind: (data as LiveState).running ? 'live' : 'stopped' };
    if (event !== 'requests') return;
    const found = data as LiveRequests;
    skipped.value += found.skipped;
    for (const { at } of found.requests) if (at > last) last = at;
    onRequests(found.requests);
  };
  const readOnce = async (): Promise<void> => {
    const response = await request(`/events?${new URLSearchParams({ since: last })}`, {
      signal: control.signal,
    });
    for await (const text of splitAnswer(response, '\n\n')) receive(text);
    throw new CallError('silent', 'The console does not answer.');
  };
  /** Returns whether to try again. What the console has refused once, it refuses again. */
  const tryOnce = async (): Promise<boolean> => {
    try {
      await readOnce();
      return true;
    } catch (thrown) {
      if (control.signal.aborted) return false;
      const isSilent = thrown instanceof CallError && thrown.code === 'silent';
      state.value = { kind: isSilent ? 'silent' : 'refused', message: messageOf(thrown) };
      return isSilent;
    }
  };
  const readAlways = async (): Promise<void> => {
    while (await tryOnce()) await wait(retryPace);
  };
  void readAlways();
  return {
    watch: (onChange) => effect(() => onChange(state.value, skipped.value)),
    close: () => control.abort(),
  };
}
