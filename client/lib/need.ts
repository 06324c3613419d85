import { SignetError } from './signet-error.ts';

/** Throws `malformed` with this sentence, unless it holds. */
export function assertValid(holds: unknown, message: string): asserts holds {
  if (!holds) throw new SignetError('malformed', message);
}
