import { type Qualities, readQualities } from '../operations/accept.ts';
import { parseWritten } from '../recipe/request-url.ts';
import { verifyGrant } from './grant.ts';

/**
 * The parts of a decision that depend on texts and on keys, and not on a policy or a time. So they may be
 * remembered, and every version of them decides the same.
 */
export type Reading = {
  readonly verifyGrant: typeof verifyGrant;
  readonly parseWritten: typeof parseWritten;
  readonly readQualities: (accept: string) => Qualities;
};

/** Remembers nothing. */
export const plainReading: Reading = { verifyGrant, parseWritten, readQualities };
