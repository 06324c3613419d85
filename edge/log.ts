import { createHash } from 'node:crypto';
import { putLine } from '../shared/adapters/log-line.ts';
import type { SplitUrl } from '../shared/recipe/request-url.ts';
import { asRefusal, refusals } from '../shared/refusal.ts';
import {
  escapeControls,
  type FunctionName,
  type LineOptions,
  type LogLine,
  printLine,
} from './log-line.ts';

/** The first eight hex characters of the SHA-256 of a signature. */
export function hashOfSignature(sig: string | undefined): string | undefined {
  return sig === undefined ? undefined : createHash('sha256').update(sig).digest('hex').slice(0, 8);
}

/** The fields of a log line about a URL, which may be unverified. */
export function urlFields(url: SplitUrl | undefined): Partial<LogLine> {
  if (url === undefined) return {};
  const { tenant, path, kid, sig, operations, query } = url;
  return { tenant, path, kid, sigHash: hashOfSignature(sig), recipe: query?.value ?? operations };
}

/** The fields of a log line about anything thrown. */
export function refusalFields(thrown: unknown): Pick<LogLine, 'outcome' | 'level' | 'reason'> {
  const refusal = asRefusal(thrown);
  const { level } = refusals[refusal.code];
  return { outcome: refusal.code, level, reason: refusal.detail.reason };
}

/** Logs a failure behind a request, such as a store that does not answer or an unreadable policy. */
export function logFailure(name: FunctionName, reason: string, now: number): void {
  const line = { time: new Date(now).toISOString(), function: name, level: 'error', reason };
  putLine(escapeControls(JSON.stringify(line)));
}

/** Writes a line that counts for this many requests; none if it is 0. */
export function writeLine(line: LogLine, now: number, options: LineOptions): void {
  if (options.weight > 0) putLine(printLine(line, now, options));
}
