import { purgeRequests } from '../../../shared/versions/source-move.ts';
import type { QueueNotification, StackFacts, StackResource } from '../../target/stack-facts.ts';
import { type CheckSubject, type Finding, fail, pass } from '../finding.ts';

/** The names of the buckets that have versions and send events. */
export type NotifyingBuckets = { readonly sources: string; readonly config: string };

/** The URL of a queue of the stack. */
const queueUrl = (resources: readonly StackResource[], id: string): string | undefined =>
  resources.find((one) => one.type === 'AWS::SQS::Queue' && one.id.startsWith(id))?.physicalId;

async function readQueues(facts: StackFacts) {
  const resources = await facts.resources();
  const [queue, dead] = ['PurgeQueue', 'PurgeDead'].map((id) => queueUrl(resources, id));
  if (queue === undefined || dead === undefined)
    throw new Error('the stack has no purge queue; deploy it again');
  return { queue: await facts.queue(queue), dead: await facts.queue(dead) };
}

/** What each bucket has to report to the purge queue. */
const wantedEvents = ({ sources, config }: NotifyingBuckets) =>
  [
    { bucket: sources, event: 's3:ObjectCreated:*', prefix: '' },
    { bucket: sources, event: 's3:ObjectRemoved:*', prefix: '' },
    { bucket: config, event: 's3:ObjectCreated:*', prefix: purgeRequests },
  ] as const;

/** A notification with a narrower filter does not count. */
const isSent = (
  sent: readonly QueueNotification[],
  queueArn: string,
  { event, prefix }: { readonly event: string; readonly prefix: string },
): boolean =>
  sent.some(
    (one) =>
      one.queueArn === queueArn &&
      one.events.includes(event) &&
      prefix.startsWith(one.prefix) &&
      one.suffix === '',
  );

/** Checks that the buckets report changes to the purge queue. Otherwise changed sources are not purged. */
export async function checkNotifications(
  facts: StackFacts,
  subject: CheckSubject,
  buckets: NotifyingBuckets,
): Promise<Finding> {
  const { queue } = await readQueues(facts);
  for (const { bucket, ...wanted } of wantedEvents(buckets))
    if (!isSent(await facts.notifications(bucket), queue.arn, wanted))
      return fail(subject, { kind: 'notification_missing', bucket, ...wanted });
  return pass(subject, { kind: 'notifications_sent' });
}

/** More messages than the purge function works off in a few minutes. */
const manyMessages = 1_000;

/** Checks that purges are done. */
export async function checkQueue(facts: StackFacts, subject: CheckSubject): Promise<Finding> {
  const { queue, dead } = await readQueues(facts);
  if (dead.waiting > 0)
    return fail(subject, { kind: 'dead_letters', count: dead.waiting, arn: dead.arn });
  const { waiting } = queue;
  return waiting > manyMessages
    ? fail(subject, { kind: 'queue_behind', waiting })
    : pass(subject, { kind: 'queue_worked_off', waiting });
}

/** Checks that the buckets of sources and policies keep old versions. */
export async function checkVersioning(
  facts: StackFacts,
  subject: CheckSubject,
  { sources, config }: NotifyingBuckets,
): Promise<Finding> {
  for (const bucket of [sources, config])
    if (!(await facts.isVersioned(bucket)))
      return fail(subject, { kind: 'versioning_off', bucket });
  return pass(subject, { kind: 'buckets_versioned' });
}
