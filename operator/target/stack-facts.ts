import {
  ListStackResourcesCommand,
  type ListStackResourcesCommandOutput,
} from '@aws-sdk/client-cloudformation';
import {
  CloudFrontClient,
  type DefaultCacheBehavior,
  GetDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import {
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  type AwsAccess,
  clientOptions,
  type Patience,
  portFailure,
} from '../../shared/adapters/aws-client.ts';
import { callService } from '../../shared/adapters/service-call.ts';
import { shareResult } from './operator-deps.ts';
import { askCloudFormation, describeStack } from './stack-outputs.ts';

/*
 * What AWS says about the parts of a deployed stack. Only `doctor` asks, so only that command loads this file and the
 * clients of five services. Lambda has one call, which needs no client.
 */

export type StackResource = {
  readonly id: string;
  readonly type: string;
  /** An ARN, a name or a URL, as the type of resource has it. */
  readonly physicalId: string;
};

/** A function that the distribution runs. `on` is the pattern of the behaviour, or `*`. */
export type Association = { readonly event: string; readonly arn: string; readonly on: string };

export type DistributionFacts = {
  readonly enabled: boolean;
  /** Whether every edge location has this configuration. */
  readonly deployed: boolean;
  readonly aliases: readonly string[];
  /** The patterns of all behaviours. */
  readonly behaviors: readonly string[];
  readonly associations: readonly Association[];
};

/** Events of a bucket that go to a queue. */
export type QueueNotification = {
  readonly queueArn: string;
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
};

export type QueueFacts = { readonly arn: string; readonly waiting: number };

export type RotationFacts = {
  readonly enabled: boolean;
  /** Days between two rotations. */
  readonly every: number | undefined;
  /** The last rotation, or the creation. */
  readonly since: Date | undefined;
};

/** Every method throws a `PortFailure`, which names the permission if it is missing. */
export type StackFacts = {
  readonly status: () => Promise<{ readonly status: string; readonly reason: string | undefined }>;
  readonly resources: () => Promise<readonly StackResource[]>;
  readonly distribution: () => Promise<DistributionFacts>;
  readonly isVersioned: (bucket: string) => Promise<boolean>;
  readonly notifications: (bucket: string) => Promise<readonly QueueNotification[]>;
  readonly queue: (url: string) => Promise<QueueFacts>;
  readonly rotation: (secretId: string) => Promise<RotationFacts>;
  /** The concurrent executions that functions without a reservation can use in a Region. */
  readonly concurrency: (region: string) => Promise<number>;
};

export type FactsOptions = {
  readonly access: AwsAccess;
  readonly patience: Patience;
  readonly stack: string;
  readonly distributionId: string;
  readonly s3: S3Client;
};

/** Rethrows what a call throws, with the permission that it needs. */
async function ask<T>(what: string, permission: string, call: Promise<T>): Promise<T> {
  return call.catch((thrown: unknown) => {
    throw portFailure(what, thrown, permission);
  });
}

async function listResources({ access, patience, stack }: FactsOptions) {
  const found: StackResource[] = [];
  let token: string | undefined;
  const permission = 'cloudformation:ListStackResources';
  do {
    const page: ListStackResourcesCommandOutput = await askCloudFormation(
      access,
      patience,
      { stack, permission },
      (client) =>
        client.send(new ListStackResourcesCommand({ StackName: stack, NextToken: token })),
    );
    for (const one of page.StackResourceSummaries ?? [])
      found.push({
        id: one.LogicalResourceId ?? '',
        type: one.ResourceType ?? '',
        physicalId: one.PhysicalResourceId ?? '',
      });
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

const associationsOf = (
  on: string,
  { LambdaFunctionAssociations }: Pick<DefaultCacheBehavior, 'LambdaFunctionAssociations'>,
): readonly Association[] =>
  (LambdaFunctionAssociations?.Items ?? []).map(({ EventType, LambdaFunctionARN }) => ({
    event: EventType ?? '',
    arn: LambdaFunctionARN ?? '',
    on,
  }));

async function readDistribution(client: CloudFrontClient, Id: string): Promise<DistributionFacts> {
  const call = client.send(new GetDistributionCommand({ Id }));
  const { Distribution } = await ask(`CloudFront ${Id}`, 'cloudfront:GetDistribution', call);
  const config = Distribution?.DistributionConfig;
  const others = config?.CacheBehaviors?.Items ?? [];
  const all = [
    ['*', config?.DefaultCacheBehavior ?? {}] as const,
    ...others.map((one) => [one.PathPattern ?? '', one] as const),
  ];
  return {
    enabled: config?.Enabled === true,
    deployed: Distribution?.Status === 'Deployed',
    aliases: config?.Aliases?.Items ?? [],
    behaviors: all.map(([on]) => on),
    associations: all.flatMap(([on, behavior]) => associationsOf(on, behavior)),
  };
}

async function readVersioning(client: S3Client, Bucket: string): Promise<boolean> {
  const call = client.send(new GetBucketVersioningCommand({ Bucket }));
  return (await ask(`S3 on ${Bucket}`, 's3:GetBucketVersioning', call)).Status === 'Enabled';
}

async function readNotifications(
  client: S3Client,
  Bucket: string,
): Promise<readonly QueueNotification[]> {
  const call = client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  const { QueueConfigurations = [] } = await ask(
    `S3 on ${Bucket}`,
    's3:GetBucketNotification',
    call,
  );
  return QueueConfigurations.map(({ QueueArn = '', Events = [], Filter }) => {
    const rules = Filter?.Key?.FilterRules ?? [];
    const ruleValue = (name: string): string =>
      rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? '';
    return {
      queueArn: QueueArn,
      events: Events,
      prefix: ruleValue('prefix'),
      suffix: ruleValue('suffix'),
    };
  });
}

async function readQueue(client: SQSClient, QueueUrl: string): Promise<QueueFacts> {
  const AttributeNames = ['QueueArn', 'ApproximateNumberOfMessages'] as const;
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
  const name = QueueUrl.split('/').at(-1) ?? '';
  const call = client.send(asked);
  const { Attributes } = await ask(`SQS on ${name}`, 'sqs:GetQueueAttributes', call);
  return {
    arn: Attributes?.QueueArn ?? '',
    waiting: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
  };
}

async function readRotation(
  client: SecretsManagerClient,
  SecretId: string,
): Promise<RotationFacts> {
  const call = client.send(new DescribeSecretCommand({ SecretId }));
  const found = await ask(
    `Secrets Manager look at ${SecretId}`,
    'secretsmanager:DescribeSecret',
    call,
  );
  return {
    enabled: found.RotationEnabled === true,
    every: found.RotationRules?.AutomaticallyAfterDays,
    since: found.LastRotatedDate ?? found.CreatedDate,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
async function readConcurrency({ s3, patience }: FactsOptions, region: string): Promise<number> {
  const text = await callService(
    'lambda',
    {
      region,
      credentials: async () => s3.config.credentials(),
      clock: () => Date.now() + s3.config.systemClockOffset,
      // Some Regions are on the other side of the world.
      milliseconds: 5 * patience.connectionTimeout,
    },
    {
      ...({ method: 'GET', path: '/2016-08-19/account-settings/', headers: {} } as const),
      permission: 'lambda:GetAccountSettings',
    },
  );
  const { AccountLimit } = JSON.parse(text) as {
    readonly AccountLimit?: { readonly UnreservedConcurrentExecutions?: number };
  };
  return AccountLimit?.UnreservedConcurrentExecutions ?? 0;
}

/** Opens the facts about a stack. */
export function stackFacts(options: FactsOptions): StackFacts {
  const { access, patience, stack, distributionId, s3 } = options;
  const cloudFront = new CloudFrontClient(clientOptions(access, patience));
  const secrets = new SecretsManagerClient(clientOptions(access, patience));
  // The host in the URL of a queue is not always the one that serves it.
  const sqs = new SQSClient({ ...clientOptions(access, patience), useQueueUrlAsEndpoint: false });
  return {
    status: async () => {
      const found = await describeStack(access, patience, stack);
      return { status: found?.StackStatus ?? 'unknown', reason: found?.StackStatusReason };
    },
    resources: shareResult(() => listResources(options)),
    distribution: () => readDistribution(cloudFront, distributionId),
    isVersioned: (bucket) => readVersioning(s3, bucket),
    notifications: (bucket) => readNotifications(s3, bucket),
    queue: (url) => readQueue(sqs, url),
    rotation: (secretId) => readRotation(secrets, secretId),
    concurrency: (region) => readConcurrency(options, region),
  };
}
