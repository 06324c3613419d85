import { seconds } from '../../shared/ports.ts';
import { readList } from './list.ts';
import { planLine } from './plan.ts';
import type { PrewarmRun } from './prewarm.ts';

/** Of so many spellings of operations the number of derivatives is remembered. */
const mostSpellings = 10_000;

/**
 * Counts the derivatives of a list that can be read twice. Lines with the same operations have as many derivatives,
 * unless a path is too long or blocked, so only the first of them is planned.
 */
export async function countDerivatives(
  list: string,
  run: Pick<PrewarmRun, 'tenant' | 'policy' | 'recipes' | 'clock'>,
): Promise<number> {
  const now = seconds(run.clock);
  const counts = new Map<string, number>();
  let total = 0;
  for await (const line of readList(list, new AbortController().signal)) {
    const spelling = 'fault' in line ? 'fault' : `=${line.operations.join('\t')}`;
    const count = counts.get(spelling) ?? planLine(line, run, now).length;
    if (counts.size < mostSpellings) counts.set(spelling, count);
    total += count;
  }
  return total;
}
