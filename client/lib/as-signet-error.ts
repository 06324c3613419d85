import { Refusal } from '../../shared/refusal.ts';
import { SignetError } from './signet-error.ts';

/** Runs code of the edge and throws its `Refusal` as `SignetError`. */
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
