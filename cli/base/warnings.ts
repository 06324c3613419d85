import { escapeLines } from '../../shared/terminal.ts';

/** Writes warnings to stderr: as sentences, or as one JSON object per line. */
export function writeWarnings(warnings: readonly string[], json: boolean): void {
  for (const warning of warnings)
    process.stderr.write(
      json ? `${JSON.stringify({ warning })}\n` : `${escapeLines(`signet: warning: ${warning}`)}\n`,
    );
}
