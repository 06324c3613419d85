import { Refusal, type RefusalCode } from '../../../shared/refusal.ts';

/** The refusal that the act ends in; nothing when it is done. A defect is thrown on. */
export function refusalOf(act: () => unknown): Refusal | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

export type Outcome = RefusalCode | 'accepted';

export function outcome(act: () => unknown): Outcome {
  return refusalOf(act)?.code ?? 'accepted';
}

/** The same for something that takes time. */
export async function awaited(act: () => Promise<unknown>): Promise<Outcome> {
  try {
    await act();
    return 'accepted';
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

/** The sentence that the act throws. */
export function sentenceOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  return '';
}

/** How a property is run: the same cases every time, and no search for a smaller one. */
export const runs = (numRuns: number) => ({ seed: 20_260_801, numRuns, endOnFailure: true });
