import { Refusal } from '../../shared/refusal.ts';
import { SignetError } from './signet-error.ts';

/** Lets the edge's own code decide, and hands on what it throws as the client does. */
export function asSignetError<T>(decide: () => T): T {
  try {
    return decide();
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { rule, allowed } = thrown.detail;
    const detail = rule === undefined ? undefined : { rule, allowed };
    throw new SignetError(thrown.code, thrown.message, detail);
  }
}
