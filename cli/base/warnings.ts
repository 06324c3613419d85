import { fileName } from '../../operator/policy-files/unreadable-file.ts';

/** What is said of a log that is cut or damaged; what was read of it has been counted. */
export const damageWarning = (file: string): string =>
  `${fileName(file)} is cut or damaged; it was counted up to there`;

/** Writes warnings beside the result: for people as sentences, for programs as JSON. */
export function writeWarnings(warnings: readonly string[], json: boolean): void {
  for (const warning of warnings)
    process.stderr.write(
      json ? `${JSON.stringify({ warning })}\n` : `signet: warning: ${warning}\n`,
    );
}
