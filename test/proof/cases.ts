/*
 * `npm test` runs a fixed part of the large enumerations, and `npm run proof` runs all of them. Both use the same
 * tests: a file `NAME.proof.ts` imports `NAME.test.ts` and says what the complete run proves.
 */

/** True in `npm run proof`. */
export const isProof = process.env['SIGNET_PROOF'] === 'all';

/** All cases in the proof; otherwise one in `every`, chosen by index, so that each run has the same ones. */
export function spread<T>(all: readonly T[], every: number): readonly T[] {
  return isProof ? all : all.filter((_, at) => at % every === 0);
}

/** The number of cases in the proof and in `npm test`. */
export const casesOf = ({ proof, test }: { readonly proof: number; readonly test: number }) =>
  isProof ? proof : test;

let counted = 0;

/** Counts cases that ran. A proof file that counts none has one case per test. */
export function countCases(more = 1): void {
  counted += more;
}

export const countedCases = (): number => counted;

const noted: string[] = [];

/** Notes a figure that the proof has measured, such as `3.1 s`. The page shows it beside the result. */
export function noteFigure(figure: string): void {
  noted.push(figure);
}

export const notedFigures = (): readonly string[] => noted;
