import type * as v from 'valibot';
import type { StartProgress } from '../../operator/progress.ts';
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
export type CallWork = CallContext & {
  readonly signal: AbortSignal;
  /** Tells the page how far a long call has come, if it asks for that. */
  readonly startProgress: StartProgress;
};

/** A function of the server that the page calls with JSON. */
export type ServerCall<S extends v.GenericSchema, T> = {
  readonly input: S;
  readonly run: (context: CallWork, input: v.InferOutput<S>) => Promise<T>;
};

/** Declares a call: the form of its input, and what it does. Its result must have a form in JSON. */
export const declareCall = <const S extends v.GenericSchema, T>(
  input: S,
  run: (context: CallWork, input: v.InferOutput<S>) => Promise<T>,
): ServerCall<S, T> => ({ input, run });

/** What messages call the reason of a change. */
export const reasonName = 'the reason';
