/*
 * The alarms of a deployment: when each one fires, what that means and what to do. The stack makes them from this list,
 * and docs/operating.md prints it.
 */

/** Rates are measured over this time. An alarm on a rate fires if it is too high in two of three such times. */
export const ratePeriodMinutes = 5;
export const rateDatapoints = { breaching: 2, evaluated: 3 } as const;

/** When an alarm fires. */
export type AlarmCondition =
  /** More than this percentage of the requests of viewers, if there are at least so many. */
  | { readonly percent: number; readonly ofRequests: number }
  /** More than this percentage of the runs of a function, if there are at least so many. */
  | { readonly percent: number; readonly ofRuns: number }
  | { readonly above: number; readonly unit: 'messages' | 'seconds' | 'failed runs' }
  /** Days after the time that a setting allows. */
  | { readonly late: number; readonly setting: 'rotationDays' }
  | { readonly below: number; readonly unit: 'days' };

export type AlarmText = {
  readonly condition: AlarmCondition;
  /** What is counted. */
  readonly counts: string;
  readonly means: string;
  readonly todo: string;
};

const doctor = 'run `npx signet doctor --target aws:STACK` and do what it says';
const viewerLog = 'read `/signet/STACK-viewer-request` in the Region nearest to the viewers';
const purgeLog = 'read the log group of the purge function';

export const alarmTexts = {
  ServerErrors: {
    condition: { percent: 1, ofRequests: 20 },
    counts: 'answers with 500 to 599',
    means: 'viewers see errors; the other alarms of this list narrow it down',
    todo: doctor,
  },
  Unavailable: {
    condition: { percent: 0.5, ofRequests: 20 },
    counts: 'answers with 503',
    means: 'a function cannot read secrets, policies or sources, or Lambda refuses to run it',
    todo: `${doctor}; the reason is in the lines with \`"outcome":"unavailable"\``,
  },
  FunctionErrors: {
    condition: { percent: 0.1, ofRequests: 20 },
    counts: 'runs of an edge function that ended with an exception or a timeout',
    means: 'CloudFront answered 503 in its own words',
    todo: `${viewerLog} and \`/signet/STACK-origin-response\` in the Region of Origin Shield; after a deployment, go back to the version before`,
  },
  InvalidAnswers: {
    condition: { percent: 0.1, ofRequests: 20 },
    counts: 'answers of an edge function that CloudFront did not accept',
    means: 'CloudFront answered 502; the function is at fault',
    todo: 'go back to the version before, and report the bug',
  },
  Throttled: {
    condition: { percent: 0.1, ofRequests: 20 },
    counts:
      'runs of an edge function that Lambda refused, because too many were running in the Region',
    means: 'CloudFront answered 503 to some viewers of that Region',
    todo: 'run `npx signet doctor --target aws:STACK`, which names the Regions with a low quota, and request a higher one there',
  },
  RenderUnavailable: {
    condition: { percent: 0.5, ofRequests: 20 },
    counts:
      'images that origin-response could not make because S3 or Secrets Manager denied or did not answer',
    means: 'new images are answered with 503; stored and cached ones are not affected',
    todo: `${doctor}; the reason is in the log lines`,
  },
  RenderInternal: {
    condition: { percent: 0.1, ofRequests: 20 },
    counts: 'images that origin-response could not make because of a bug',
    means: 'these images are answered with 500',
    todo: 'search the log lines for `"outcome":"internal"` and report the bug',
  },
  RenderUndecodable: {
    condition: { percent: 5, ofRequests: 100 },
    counts: 'images whose source cannot be decoded',
    means:
      'someone uploads broken or hostile files; each view of one costs a run of origin-response',
    todo: 'find the tenant with `npx signet stats`, and block it or its folder',
  },
  PurgeBacklog: {
    condition: { above: 900, unit: 'seconds' },
    counts: 'the age of the oldest message in the purge queue',
    means:
      'viewers may see images of sources that were replaced or deleted more than a quarter of an hour ago',
    todo: `${purgeLog}`,
  },
  PurgeDeadLetters: {
    condition: { above: 0, unit: 'messages' },
    counts: 'messages in the dead-letter queue',
    means:
      'purges failed 20 times, for more than two hours, so outdated images stay until they expire',
    todo: `${purgeLog}, correct the cause, then redrive the queue: \`aws sqs start-message-move-task --source-arn ARN\` with the ARN that doctor prints`,
  },
  PurgeErrors: {
    condition: { percent: 20, ofRuns: 5 },
    counts: 'runs of the purge function that ended with an exception or a timeout',
    means: 'purges are late; each message is tried 20 times',
    todo: purgeLog,
  },
  SecretErrors: {
    condition: { above: 0, unit: 'failed runs' },
    counts: 'runs of the function that makes and rotates root keys',
    means: 'a rotation failed; the keys that exist stay valid',
    todo: 'read the log group of the secret keeper; Secrets Manager tries again, or run `npx signet keys rotate --target aws:STACK`',
  },
  RotationOverdue: {
    condition: { late: 3, setting: 'rotationDays' },
    counts: 'days since the last rotation of the root keys',
    means:
      'Secrets Manager does not rotate them, or the check that runs twice a day has stopped; the keys that exist stay valid',
    todo: `${doctor}; to rotate at once, \`aws secretsmanager rotate-secret --secret-id NAME\` with the name that doctor prints`,
  },
  CertificateExpires: {
    condition: { below: 21, unit: 'days' },
    counts: 'days until the certificate of the domains expires',
    means: 'ACM has not renewed it; when it has expired, no browser opens a URL of these domains',
    todo: 'open the certificate in ACM in us-east-1: it names the DNS record that it misses; import a new one if it was imported',
  },
} as const satisfies Readonly<Record<string, AlarmText>>;

export type AlarmId = keyof typeof alarmTexts;

/** When an alarm fires, in words. */
export function describeCondition(condition: AlarmCondition): string {
  if ('ofRequests' in condition)
    return `above ${condition.percent} % of at least ${condition.ofRequests} requests`;
  if ('ofRuns' in condition)
    return `above ${condition.percent} % of at least ${condition.ofRuns} runs`;
  if ('late' in condition) return `above \`${condition.setting}\` and ${condition.late} days`;
  if ('below' in condition) return `below ${condition.below} ${condition.unit}`;
  return condition.above === 0 ? 'any' : `above ${condition.above} ${condition.unit}`;
}
