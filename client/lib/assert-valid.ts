import { SignetError } from './signet-error.ts';

/** Throws `malformed` with this message unless the condition holds. */
export function assertValid(holds: unknown, message: string): asserts holds {
  if (!holds) throw new SignetError('malformed', message);
}

/** Throws `malformed` for options that are no object and would be ignored. They may be left out. */
export const checkOptions = (options: unknown): void =>
  assertValid(typeof (options ?? {}) === 'object', 'options must be an object');
