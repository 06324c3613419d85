/* A line of the log, and its text. Attackers choose most of what stands in it. */

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

/** The length of a text is limited. */
const maxCharacters = 256;

const controls = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * Escapes DEL, C1 controls and Unicode line breaks, which JSON leaves as they are but terminals
 * interpret.
 */
export function escapeControls(json: string): string {
  return json.replace(
    controls,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Finds signatures in a path. They get there if the `?` of a URL is escaped by mistake. */
const signatureInPath = /\b(sig|grant)=[A-Za-z0-9_.-]+/g;

/** Text that is safe to log, and needs no escape in JSON. */
const harmless = /^[A-Za-z0-9 _.,:/-]{0,256}$/;

/** Prints a text without signatures, shortened, and without half a character at the end. */
function printText(text: string): string {
  if (harmless.test(text)) return `"${text}"`;
  const redacted = text.replace(signatureInPath, '$1=…').slice(0, maxCharacters).toWellFormed();
  return escapeControls(JSON.stringify(redacted));
}

/** How each field is printed, in this order. */
const fields = {
  function: 'text',
  requestId: 'text',
  outcome: 'text',
  level: 'text',
  reason: 'text',
  reported: 'text',
  tenant: 'text',
  path: 'text',
  kid: 'text',
  sigHash: 'text',
  recipe: 'text',
  fallback: 'value',
  milliseconds: 'value',
  renderMilliseconds: 'value',
  bytes: 'value',
  sourceBytes: 'value',
} as const satisfies Record<keyof LogLine, 'text' | 'value'>;
const names = Object.keys(fields) as readonly (keyof LogLine)[];

/**
 * Metrics in CloudWatch's embedded metric format. The only dimensions are the function and the outcome,
 * so that requests cannot create new metrics, for example by naming tenants.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const metricsOf = (...measured: readonly { readonly Name: string; readonly Unit: string }[]) =>
  `"Dimensions":[["function","outcome"]],"Metrics":${JSON.stringify([
    { Name: 'requests', Unit: 'Count' },
    ...measured,
  ])}`;
const counted = metricsOf();
const timed = metricsOf({ Name: 'milliseconds', Unit: 'Milliseconds' });

/** Which installation writes a line, and how many requests it counts for. */
export type LineOptions = {
  /** The namespace of the metrics. */
  readonly metrics: string;
  readonly weight: number;
};

/**
 * Prints a line as one JSON object, regardless of the texts in it. `now` in milliseconds. It is printed piece by
 * piece, because JSON.stringify with a function that looks at each value takes as long as the decision that is logged.
 */
export function printLine(line: LogLine, now: number, { metrics, weight }: LineOptions): string {
  let printed = `{"time":"${new Date(now).toISOString()}"`;
  for (const name of names) {
    const value = line[name];
    if (typeof value === 'string') printed += `,"${name}":${printText(value)}`;
    else if (value !== undefined) printed += `,"${name}":${JSON.stringify(value)}`;
  }
  const rest = line.milliseconds === undefined ? counted : timed;
  const metric = `{"Timestamp":${now},"CloudWatchMetrics":[{"Namespace":"${metrics}",${rest}}]}`;
  return `${printed},"_aws":${metric},"requests":${weight}}`;
}
