import { CfnEventBusPolicy, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Names } from './names.ts';
import { ownedSources, type StackSettings } from './settings.ts';

/*
 * The events of buckets that Signet does not own. Signet never changes the notifications of such a bucket. Its owner
 * sends the events to a bus of the stack, from any Region and account, and the bus passes them to the purge queue.
 */

/**
 * Lets the other accounts that own buckets send events of S3, and nothing else.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html
 */
function allowAccounts(scope: Construct, bus: EventBus, accounts: readonly string[]): void {
  for (const account of accounts)
    new CfnEventBusPolicy(scope, `SourceEventsFrom${account}`, {
      eventBusName: bus.eventBusName,
      statementId: `account-${account}`,
      statement: {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'events:PutEvents',
        Resource: bus.eventBusArn,
        // One call may send events of several sources.
        Condition: { 'ForAllValues:StringEquals': { 'events:source': 'aws.s3' } },
      },
    });
}

/**
 * Makes the bus, if the deployment lists buckets that are not its own. The purge function compares the account and the
 * bucket of each event with the entries, because a pattern has no room for many of them. AWS sets both, and lets
 * nobody else send events of `aws.s3`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function receiveSourceEvents(
  scope: Construct,
  { settings, names, queue }: { settings: StackSettings; names: Names; queue: Queue },
): void {
  const owners = Object.values(ownedSources(settings)).flatMap(({ account }) => account ?? []);
  const accounts = [...new Set(owners)].toSorted();
  if (accounts.length === 0) return;
  const bus = new EventBus(scope, 'SourceEvents', { eventBusName: names.sourceEvents });
  allowAccounts(
    scope,
    bus,
    accounts.filter((account) => account !== settings.account),
  );
  new Rule(scope, 'SourceChanges', {
    eventBus: bus,
    description: 'Changed sources in buckets that Signet does not own',
    eventPattern: {
      source: ['aws.s3'],
      account: accounts,
      detailType: ['Object Created', 'Object Deleted'],
    },
    targets: [new SqsQueue(queue)],
  });
  new CfnOutput(scope, 'SourceEventBus', { value: bus.eventBusArn });
}
