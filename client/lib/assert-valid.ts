import { SignetError } from './signet-error.ts';

/** Throws `malformed` with this message unless the condition holds. */
export function assertValid(holds: unknown, message: string): asserts holds {
  if (!holds) throw new SignetError('malformed', message);
}
