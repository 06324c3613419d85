import type { Outcome } from './derivative-request.ts';

/** A derivative that was refused or failed, with enough to find it in the list. */
export type Example = {
  readonly line: number;
  readonly path?: string;
  /** As written in the list. */
  readonly recipe?: string;
  readonly reason?: string;
};

/** The counts of a run. They change during the run. */
export type PrewarmTally = {
  /** The last line that was read. */
  line: number;
  asked: number;
  made: number;
  already: number;
  skipped: number;
  failed: number;
  readonly refused: Map<string, number>;
  /** By refusal code, or `failed`. */
  readonly examples: Map<string, Example[]>;
};

const maxExamples = 5;

/** A tally in which everything is 0. */
export const emptyPrewarm = (): PrewarmTally => ({
  line: 0,
  asked: 0,
  made: 0,
  already: 0,
  skipped: 0,
  failed: 0,
  refused: new Map(),
  examples: new Map(),
});

function keepExample({ examples }: PrewarmTally, of: string, example: Example): void {
  const kept = examples.get(of) ?? [];
  if (kept.length < maxExamples) examples.set(of, [...kept, example]);
}

/** Counts a refusal, and keeps the first few examples of each code. */
export function countRefused(tally: PrewarmTally, code: string, example: Example): void {
  tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
  keepExample(tally, code, example);
}

/** Counts the outcome of a request. */
export function countOutcome(tally: PrewarmTally, outcome: Outcome, example: Example): void {
  if (outcome.kind === 'refused') countRefused(tally, outcome.code, example);
  else tally[outcome.kind] += 1;
  if (outcome.kind === 'failed')
    keepExample(tally, 'failed', { ...example, reason: outcome.reason });
}

/** The number of refusals of all codes. */
export const countAllRefused = ({ refused }: PrewarmTally): number =>
  [...refused.values()].reduce((sum, count) => sum + count, 0);
