import { once } from 'node:events';
import { escapeLines, printJson } from '../shared/terminal.ts';

/*
 * Everything that a command prints goes through these two functions. Policies, logs and file names are
 * written by others, so no text may reach the terminal with a character that the terminal interprets.
 */

type Output = { write(text: string): unknown };

/** Writes text, with a line end. */
export function writeText(to: Output, text: string): void {
  const safe = escapeLines(text);
  to.write(safe.endsWith('\n') ? safe : `${safe}\n`);
}

/**
 * Writes bytes or safe text to stdout, and waits until the reader takes them, so that what was written does not pile up
 * in memory.
 */
export async function writeAll(chunk: Uint8Array | string): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}

/** Writes a value as JSON, with a line end. */
export function writeJson(to: Output, value: unknown, indent?: number): void {
  to.write(`${printJson(value, indent)}\n`);
}

/** Writes a failure to stderr: as one line, or as an object with --json. */
export function writeFailure(
  { code, message }: { readonly code: string; readonly message: string },
  json: boolean,
): void {
  if (json) writeJson(process.stderr, { error: code, message });
  else writeText(process.stderr, `signet: ${message}`);
}
