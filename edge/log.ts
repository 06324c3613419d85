import { createHash } from 'node:crypto';
import { putLine } from '../shared/adapters/log-line.ts';
import type { SplitUrl } from '../shared/recipe/request-url.ts';
import { asRefusal, refusals } from '../shared/refusal.ts';

/** Attackers choose these texts, so their length is limited. */
const maxCharacters = 256;

export type FunctionName = 'viewer-request' | 'origin-response';

/** One line of the log, about one request. */
export type LogLine = {
  readonly function: FunctionName;
  /** The viewer's `x-amz-cf-id`. */
  readonly requestId: string;
  /** `allowed`, `options`, `stored`, `rendered`, or a refusal's code. */
  readonly outcome: string;
  readonly level: 'info' | 'warn' | 'error';
  /** The true reason, even where the answer says only `forbidden`. */
  readonly reason?: string | undefined;
  readonly tenant?: string | undefined;
  readonly path?: string | undefined;
  readonly kid?: string | undefined;
  /** Eight characters of the hash of the signature: enough to find a URL, too few to use it. */
  readonly sigHash?: string | undefined;
  readonly recipe?: string | undefined;
  /** The refusal that report mode did not enforce. */
  readonly reported?: string | undefined;
  /** Whether the fallback replaced a missing or damaged source. */
  readonly fallback?: boolean;
  readonly milliseconds?: number | undefined;
  /** The part of the time for drawing and encoding. */
  readonly renderMilliseconds?: number | undefined;
  readonly bytes?: number | undefined;
  readonly sourceBytes?: number | undefined;
};

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

/**
 * Escapes DEL, C1 controls and Unicode line breaks, which JSON leaves as they are but terminals
 * interpret.
 */
function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Metrics in CloudWatch's embedded metric format. The only dimensions are the function and the outcome,
 * so that requests cannot create new metrics, for example by naming tenants.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function metrics(line: LogLine, now: number, weight: number) {
  const measured =
    line.milliseconds === undefined ? [] : [{ Name: 'milliseconds', Unit: 'Milliseconds' }];
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: 'Signet',
          Dimensions: [['function', 'outcome']],
          Metrics: [{ Name: 'requests', Unit: 'Count' }, ...measured],
        },
      ],
    },
    requests: weight,
  };
}

/** Finds signatures in a path. They get there if the `?` of a URL is escaped by mistake. */
const signatureInPath = /\b(sig|grant)=[A-Za-z0-9_.-]+/g;

/** Makes a text safe to log: without signatures, shortened, and without half a character at the end. */
function redact(text: string): string {
  return text.replace(signatureInPath, '$1=…').slice(0, maxCharacters).toWellFormed();
}

/**
 * Prints a line as one JSON object, regardless of the texts in it. `weight` is how many requests it
 * counts for.
 */
export function printLine(line: LogLine, now: number, weight = 1): string {
  const fields = { time: new Date(now).toISOString(), ...line, ...metrics(line, now, weight) };
  const json = JSON.stringify(fields, (_key, value: unknown) =>
    typeof value === 'string' ? redact(value) : value,
  );
  return escapeControls(json);
}

/** Logs a failure behind a request, such as a store that does not answer or an unreadable policy. */
export function writeFailure(name: FunctionName, reason: string, now: number): void {
  const line = { time: new Date(now).toISOString(), function: name, level: 'error', reason };
  putLine(escapeControls(JSON.stringify(line)));
}

/** Writes a line that counts for this many requests. */
export function writeLine(line: LogLine, now: number, weight: number): void {
  if (weight > 0) putLine(printLine(line, now, weight));
}
