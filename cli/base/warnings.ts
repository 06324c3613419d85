import { writeJson, writeText } from '../output.ts';

/** Writes warnings to stderr: as sentences, or as one JSON object per line. */
export function writeWarnings(warnings: readonly string[], json: boolean): void {
  for (const warning of warnings)
    if (json) writeJson(process.stderr, { warning });
    else writeText(process.stderr, `signet: warning: ${warning}`);
}
