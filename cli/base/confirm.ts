import { createInterface } from 'node:readline/promises';
import { OperatorFailure, usageFailure } from '../../operator/failure.ts';

/**
 * Asks before something that cannot be taken back. Where nobody can be asked, `--yes` has to be there.
 * Throws a usage failure, or `not_confirmed`.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw usageFailure(`${question} Add --yes to go on without being asked`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} Type yes to go on: `);
  terminal.close();
  if (answer.trim().toLowerCase() !== 'yes')
    throw new OperatorFailure('not_confirmed', 'nothing was changed');
}
