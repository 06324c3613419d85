import { createHash } from 'node:crypto';
import { putLine } from '../shared/adapters/log-line.ts';
import type { Random } from '../shared/ports.ts';
import type { SplitUrl } from '../shared/recipe/request-url.ts';
import { asRefusal, refusals } from '../shared/refusal.ts';

/** Longer texts add nothing but cost: attackers choose them. */
const maxCharacters = 256;

export type FunctionName = 'viewer-request' | 'origin-response';

export type LogLine = {
  readonly function: FunctionName;
  /** The viewer's `x-amz-cf-id`. */
  readonly requestId: string;
  /** `allowed`, `stored`, `rendered`, or a refusal's code. */
  readonly outcome: string;
  readonly level: 'info' | 'warn' | 'error';
  /** The true reason, even where the answer says only `forbidden`. */
  readonly reason?: string | undefined;
  readonly tenant?: string | undefined;
  readonly path?: string | undefined;
  readonly kid?: string | undefined;
  /** Eight characters of its hash: enough to find a URL again, too few to use it. */
  readonly sigHash?: string | undefined;
  readonly recipe?: string | undefined;
  /** The refusal that a policy in report mode has let through. */
  readonly reported?: string | undefined;
  /** Another source has stood in for one that is missing or bad. */
  readonly fallback?: boolean;
  readonly milliseconds?: number | undefined;
  /** Of these, what drawing and encoding took. */
  readonly renderMilliseconds?: number | undefined;
  readonly bytes?: number | undefined;
  readonly sourceBytes?: number | undefined;
};

export function hashOfSignature(sig: string | undefined): string | undefined {
  return sig === undefined ? undefined : createHash('sha256').update(sig).digest('hex').slice(0, 8);
}

/** What is known of a URL, believed or not. */
export function urlFields(url: SplitUrl | undefined): Partial<LogLine> {
  if (url === undefined) return {};
  const { tenant, path, kid, sig, operations, query } = url;
  return { tenant, path, kid, sigHash: hashOfSignature(sig), recipe: query?.value ?? operations };
}

/** The fields that a refusal, or whatever else was thrown, gives a line. */
export function refusalFields(thrown: unknown): Pick<LogLine, 'outcome' | 'level' | 'reason'> {
  const refusal = asRefusal(thrown);
  const { level } = refusals[refusal.code];
  return { outcome: refusal.code, level, reason: refusal.detail.reason };
}

/** JSON leaves DEL, C1 controls and Unicode's line ends as they are; terminals and parsers do not. */
function escaped(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * CloudWatch's embedded metric format: the line is the metric too. Outcomes are the only
 * dimension, and their number is fixed: no flood can buy metrics by naming tenants.
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

/** A URL whose `?` was escaped by mistake stands in the path, its signature with it. */
const strayedSignature = /\b(sig|grant)=[A-Za-z0-9_.-]+/g;

/** A text as it may stand in a log: cut, without half a character at the cut. */
function loggable(text: string): string {
  return text.replace(strayedSignature, '$1=…').slice(0, maxCharacters).toWellFormed();
}

/** One JSON object on one line, whatever the texts in it are. */
export function printLine(line: LogLine, now: number, weight = 1): string {
  const fields = { time: new Date(now).toISOString(), ...line, ...metrics(line, now, weight) };
  const json = JSON.stringify(fields, (_key, value: unknown) =>
    typeof value === 'string' ? loggable(value) : value,
  );
  return escaped(json);
}

/** A failure behind a request: a store that is away, a policy that cannot be read. */
export function writeFailure(name: FunctionName, reason: string, now: number): void {
  const line = { time: new Date(now).toISOString(), function: name, level: 'error', reason };
  putLine(escaped(JSON.stringify(line)));
}

export type Sampling = {
  /** One in so many lines from before a signature is verified: a flood must not fill a log group. */
  readonly oneIn: number;
  readonly random: Random;
};

/** Writes a line; of those that nobody signed for, a sample that counts for all. */
export function writeLine(
  line: LogLine,
  verified: boolean,
  now: number,
  { oneIn, random }: Sampling,
): void {
  if (verified || line.level === 'error') putLine(printLine(line, now));
  else if (random() * oneIn < 1) putLine(printLine(line, now, oneIn));
}
