import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetInvalidationCommand, ListInvalidationsCommand } from '@aws-sdk/client-cloudfront';
import {
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import {
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import { keptFolder } from '../../bench/packages/kept-folder.ts';
import { usualSecretsPrefix } from '../../shared/keys/store.ts';
import { command } from '../cli/in-process.ts';
import { at, ofType, type Template } from '../infra/synth.ts';
import { type ConnectionCutter, startConnectionCutter } from './connection-cutter.ts';
import { type Clients, clientsFor, type Deployed, deploy, synthesise } from './deployment.ts';
import { type EdgeBridge, startEdgeBridge } from './edge-bridge.ts';
import { type Moto, motoAccount, startMoto } from './moto.ts';
import { type DeployedFunction, openFunction } from './runtime.ts';
import { sources } from './sources.ts';

/* A deployed stack in moto: its resources, its four functions, and the commands of an operator. */

export const buckets = {
  sources: `signet-sources-${motoAccount}`,
  derivatives: `signet-derivatives-${motoAccount}`,
  config: `signet-config-${motoAccount}`,
  logs: `signet-logs-${motoAccount}`,
} as const;

type FunctionName = 'viewerRequest' | 'originResponse' | 'purge' | 'secrets';

export type World = Deployed & {
  /** The whole template, of which moto made a part. */
  readonly synthesised: Template;
  /** Undoes what was changed outside of the stack. */
  readonly repair: () => Promise<void>;
  readonly folder: string;
  readonly moto: Moto;
  readonly clients: Clients;
  readonly cutter: ConnectionCutter;
  readonly bridge: EdgeBridge;
  readonly functions: Readonly<Record<FunctionName, DeployedFunction>>;
  readonly queueUrl: string;
  /** How many connections were cut while functions were frozen. */
  readonly connectionsCut: () => number;
  readonly close: () => void;
};

const queueName = async ({ cloudFormation }: Clients): Promise<string> => {
  const { StackResources = [] } = await cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: 'signet' }),
  );
  const found = StackResources.find(({ LogicalResourceId = '' }) =>
    LogicalResourceId.startsWith('PurgeQueue'),
  );
  return found?.PhysicalResourceId?.split('/').at(-1) ?? '';
};

/** Sets the notifications of the template, which moto's CloudFormation leaves out. */
async function notify({ s3 }: Clients, { template }: Deployed, queue: string): Promise<void> {
  for (const [, { Properties }] of ofType(template, 'AWS::S3::Bucket')) {
    const wanted = at(Properties, 'NotificationConfiguration', 'QueueConfigurations');
    if (!Array.isArray(wanted)) continue;
    const QueueConfigurations = wanted.map((one) => ({
      QueueArn: `arn:aws:sqs:us-east-1:${motoAccount}:${queue}`,
      Events: [at(one, 'Event') as 's3:ObjectCreated:*'],
      Filter: {
        Key: {
          FilterRules: [
            {
              Name: 'prefix' as const,
              Value: at(one, 'Filter', 'S3Key', 'Rules', 0, 'Value') as string,
            },
          ],
        },
      },
    }));
    const plain = QueueConfigurations.map(({ Filter, ...one }) =>
      Filter.Key.FilterRules[0]?.Value === undefined ? one : { ...one, Filter },
    );
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: String(Properties['BucketName']),
        NotificationConfiguration: { QueueConfigurations: plain },
      }),
    );
  }
}

/** Turns on the versions that the template turns on, which moto's CloudFormation leaves out. */
async function keepVersions({ s3 }: Clients, { template }: Deployed): Promise<void> {
  for (const [, { Properties }] of ofType(template, 'AWS::S3::Bucket'))
    if (at(Properties, 'VersioningConfiguration', 'Status') === 'Enabled')
      await s3.send(
        new PutBucketVersioningCommand({
          Bucket: String(Properties['BucketName']),
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      );
}

async function emptyDeadLetters({ sqs }: Clients): Promise<void> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  for (const QueueUrl of QueueUrls.filter((url) => url.includes('PurgeDead')))
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
}

async function readFrom({ s3 }: Clients, Bucket: string, Key: string) {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (thrown) {
    if ((thrown as Error).name === 'NoSuchKey') return undefined;
    throw thrown;
  }
}

/** Starts everything. The functions start with their first events. */
export async function startWorld(motoFolder: string): Promise<World> {
  mkdirSync(keptFolder('signet-aws'), { recursive: true });
  const folder = mkdtempSync(path.join(keptFolder('signet-aws'), 'run-'));
  // Functions run as another user.
  chmodSync(folder, 0o755);
  const moto = await startMoto(motoFolder);
  const cutter = await startConnectionCutter(moto.port);
  const clients = clientsFor(moto.address);
  const bridge = await startEdgeBridge();
  const access = { region: 'us-east-1', endpoint: cutter.address };
  const synthesised = await synthesise(folder, access, { logOneIn: 1, sources });
  const deployed = await deploy(clients, synthesised, { folder, address: bridge.address });
  const { sqs } = clients;
  const queue = await queueName(clients);
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  await notify(clients, deployed, queue);
  await keepVersions(clients, deployed);
  let cut = 0;
  const whileFrozen = (): void => {
    cut += cutter.cut();
  };
  const endpoints = { AWS_ENDPOINT_URL: cutter.address, AWS_ENDPOINT_URL_S3: cutter.address };
  const open = (name: FunctionName, variables = {}) =>
    openFunction({ name, zip: synthesised.zips[name], folder, variables, whileFrozen });
  const functions = {
    viewerRequest: await open('viewerRequest'),
    originResponse: await open('originResponse'),
    secrets: await open('secrets', { ...endpoints, SIGNET_SECRETS_PREFIX: usualSecretsPrefix }),
    purge: await open('purge', {
      ...endpoints,
      SIGNET_SOURCES_BUCKET: buckets.sources,
      SIGNET_CONFIG_BUCKET: buckets.config,
      SIGNET_DERIVATIVES_BUCKET: buckets.derivatives,
      SIGNET_DISTRIBUTION_ID: deployed.distribution,
      SIGNET_PURGE_QUEUE: QueueUrl,
    }),
  };
  const { viewerRequest: viewer, originResponse: origin } = functions;
  bridge.connect({ viewer, origin, read: (key) => readFrom(clients, buckets.derivatives, key) });
  return {
    ...deployed,
    synthesised: synthesised.template,
    repair: async () => {
      await notify(clients, deployed, queue);
      await keepVersions(clients, deployed);
      await emptyDeadLetters(clients);
    },
    ...{ folder, moto, clients, cutter, bridge, functions },
    queueUrl: QueueUrl,
    connectionsCut: () => cut,
    close: () => {
      for (const one of Object.values(functions)) one.stop();
      bridge.close();
      cutter.close();
      moto.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The variables with which an operator's commands find moto. */
export const operatorVariables = ({ moto }: World) => ({
  AWS_ENDPOINT_URL: moto.address,
  AWS_ENDPOINT_URL_S3: moto.address,
  AWS_ACCESS_KEY_ID: 'signet',
  AWS_SECRET_ACCESS_KEY: 'signet-local',
});

/** Runs a command against the stack in moto. Throws what it prints if it does not end with 0. */
export async function signet(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command([...args, '--target', 'aws:signet'], {});
  if (code !== 0) throw new Error(`exit ${code}: ${stderr || stdout}`);
  return stdout;
}

/** Runs a command with --json and returns its result. */
export const signetJson = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse(await signet(...args, '--json')) as T;

/** Writes a file into the folder of the run and returns its path. */
export function writeFile({ folder }: World, name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Reads an object; undefined if it is missing. */
export const readObject = ({ clients }: World, bucket: string, key: string) =>
  readFrom(clients, bucket, key);

/** The items of all invalidations. */
export async function invalidatedItems(world: World): Promise<readonly string[]> {
  const { clients, distribution: DistributionId } = world;
  const { InvalidationList } = await clients.cloudFront.send(
    new ListInvalidationsCommand({ DistributionId }),
  );
  const items: string[] = [];
  for (const { Id } of InvalidationList?.Items ?? []) {
    const { Invalidation } = await clients.cloudFront.send(
      new GetInvalidationCommand({ DistributionId, Id }),
    );
    items.push(...(Invalidation?.InvalidationBatch?.Paths?.Items ?? []));
  }
  return items;
}

/** Takes the messages that are in the purge queue, as the event of Lambda's trigger. */
export async function takeMessages({ clients, queueUrl }: World): Promise<object> {
  const asked = { QueueUrl: queueUrl, MaxNumberOfMessages: 10 };
  const { Messages = [] }: ReceiveMessageCommandOutput = await clients.sqs.send(
    new ReceiveMessageCommand(asked),
  );
  return { Records: Messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body })) };
}
