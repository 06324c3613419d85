import { createInterface } from 'node:readline/promises';
import { OperatorFailure, usageFailure } from '../../operator/failure.ts';

/** Whether somebody can answer a question. */
export const canAsk = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY);

/**
 * Asks for confirmation of an action that cannot be undone. Without a terminal `--yes` is required.
 * Throws `usage` or `not_confirmed`.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!canAsk()) throw usageFailure(`${question} Add --yes to confirm`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} Type yes to continue: `);
  terminal.close();
  if (answer.trim().toLowerCase() !== 'yes')
    throw new OperatorFailure('not_confirmed', 'nothing was changed');
}
