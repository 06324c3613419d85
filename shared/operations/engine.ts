/**
 * The version of everything that decides how a picture looks: operations, encoder settings, sharp.
 * Increase it by one when equal keys get other bytes, and name it in CHANGELOG.md. Operators then replace
 * what is stored with `signet purge --engine-before`.
 */
export const engineVersion = 1;

/** The text that is stored with a derivative: the version of the engine, then what it was built from. */
export const printEngine = (build: string): string => `${engineVersion} ${build}`;

/** The version in a stored text. 0 for derivatives from before it was recorded. */
export function readEngine(text: string | undefined): number {
  const [, digits] = /^([1-9][0-9]{0,5}) /.exec(text ?? '') ?? [];
  return Number(digits ?? 0);
}
