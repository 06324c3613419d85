import { type ReadonlySignal, signal, useSignal, useSignalEffect } from '@preact/signals';
import { messageOf } from './call.ts';

/** Something that is read from the server. `value` stays while it is read again. */
export type Loading<T> = {
  readonly value?: T | undefined;
  readonly error?: string | undefined;
  readonly busy: boolean;
};

export type Loaded<T> = ReadonlySignal<Loading<T>> & { readonly again: () => void };

/**
 * Reads something now, and again whenever a signal that `load` reads before its first `await` changes. An answer that
 * a later read has overtaken is dropped.
 */
export function useLoading<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const state = useSignal<Loading<T>>({ busy: true });
  const asked = useSignal(0);
  useSignalEffect(() => {
    void asked.value;
    const control = new AbortController();
    const ask = load(control.signal);
    state.value = { ...state.peek(), busy: true };
    ask.then(
      (value) => {
        if (!control.signal.aborted) state.value = { value, busy: false };
      },
      (thrown: unknown) => {
        if (!control.signal.aborted)
          state.value = { ...state.peek(), error: messageOf(thrown), busy: false };
      },
    );
    return () => control.abort();
  });
  return Object.assign(state, {
    again: () => {
      asked.value += 1;
    },
  });
}

/** Work that a person started, such as publishing. */
export type Doing = Loading<string>;

/** Runs work and keeps its outcome in a signal: busy, the error, or what was done. */
export function createDoing() {
  const state = signal<Doing>({ busy: false });
  return {
    state,
    run: async (work: () => Promise<string>): Promise<boolean> => {
      state.value = { busy: true };
      try {
        state.value = { value: await work(), busy: false };
        return true;
      } catch (thrown) {
        state.value = { error: messageOf(thrown), busy: false };
        return false;
      }
    },
  };
}
