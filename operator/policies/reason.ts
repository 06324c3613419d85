import { isSafeForTerminal } from '../../shared/terminal.ts';
import { usageFailure } from '../failure.ts';

/** Reasons are shown in the history, one per line, so they are kept short. */
export const maxReason = 1_000;

/** Throws `usage` for a reason that cannot be recorded. `named` is what the door calls it. */
export function checkReason(reason: string, named: string): void {
  if (reason.trim() === '')
    throw usageFailure(`${named} is empty; write the reason, it is recorded in the audit trail`);
  if (!isSafeForTerminal(reason))
    throw usageFailure(`${named} contains a control character; remove it`);
  if (reason.length > maxReason)
    throw usageFailure(`${named} has ${reason.length} characters; write at most ${maxReason}`);
}
