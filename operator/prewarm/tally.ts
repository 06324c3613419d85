import type { Outcome } from './derivative-request.ts';

/** One of those that were refused or failed: enough to find it in the list. */
export type Example = {
  readonly line: number;
  readonly path?: string;
  /** As written. */
  readonly recipe?: string;
  readonly reason?: string;
};

/** What has been counted so far. */
export type PrewarmTally = {
  /** The last line that was read. */
  line: number;
  asked: number;
  made: number;
  already: number;
  skipped: number;
  failed: number;
  readonly refused: Map<string, number>;
  /** By the code of the refusal, or `failed`. */
  readonly examples: Map<string, Example[]>;
};

const mostExamples = 5;

/** Nothing counted yet. */
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
  if (kept.length < mostExamples) examples.set(of, [...kept, example]);
}

/** Counts a refusal, and keeps the first few of each code. */
export function countRefused(tally: PrewarmTally, code: string, example: Example): void {
  tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
  keepExample(tally, code, example);
}

/** Counts what became of a request. */
export function countOutcome(tally: PrewarmTally, outcome: Outcome, example: Example): void {
  if (outcome.kind === 'refused') countRefused(tally, outcome.code, example);
  else tally[outcome.kind] += 1;
  if (outcome.kind === 'failed')
    keepExample(tally, 'failed', { ...example, reason: outcome.reason });
}

/** How many were refused, whatever the code. */
export const refusedInAll = ({ refused }: PrewarmTally): number =>
  [...refused.values()].reduce((sum, count) => sum + count, 0);
