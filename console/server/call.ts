import type * as v from 'valibot';
import type { OpenInstallation } from '../../operator/target/target.ts';
import type { Clock } from '../../shared/ports.ts';

/** What a call works with. */
export type CallContext = {
  readonly open: OpenInstallation;
  /** The target as it was named: `local` or `aws:STACK`. */
  readonly target: string;
  readonly clock: Clock;
};

/** What one call works with. The signal aborts when the page no longer waits for the answer. */
export type CallWork = CallContext & { readonly signal: AbortSignal };

/** A function of the server that the page calls with JSON. */
export type Call<S extends v.GenericSchema, T> = {
  readonly input: S;
  readonly run: (context: CallWork, input: v.InferOutput<S>) => Promise<T>;
};

/** Declares a call: the form of its input, and what it does. Its result must have a form in JSON. */
export const declareCall = <const S extends v.GenericSchema, T>(
  input: S,
  run: (context: CallWork, input: v.InferOutput<S>) => Promise<T>,
): Call<S, T> => ({ input, run });

/** What messages call the reason of a change. */
export const reasonName = 'the reason';
