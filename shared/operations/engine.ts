/**
 * The version of everything that decides how a picture looks: operations, encoder settings, sharp.
 * Increase it by one when equal keys get other bytes, and name it in CHANGELOG.md. Operators then replace
 * what is stored with `signet purge --engine-before`.
 */
export const engineVersion = 1;
