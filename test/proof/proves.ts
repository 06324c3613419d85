import { afterAll } from 'vitest';
import { countedCases, notedFigures } from './cases.ts';

/** What a complete run of a file proves. */
export type Claim = {
  /** One sentence. */
  readonly claim: string;
  /** What is counted, in the plural. */
  readonly unit: string;
};

/** A claim, the number of cases that ran for it (0 if the file counts none), and the figures that it has measured. */
export type Proved = Claim & { readonly cases: number; readonly figures: readonly string[] };

declare module 'vitest' {
  interface TaskMeta {
    proved?: Proved;
  }
}

/** Declares what a proof file proves. The reporter writes it to docs/proof.md. */
export function proves(claim: Claim): void {
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the pattern to find out which fixtures are used.
  afterAll(({}, suite) => {
    suite.file.meta.proved = {
      ...claim,
      cases: countedCases(),
      figures: notedFigures(),
    };
  });
}
