import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import sharp from 'sharp';
import { localRoles } from '../../local/roles.ts';
import { startStack } from '../../local/stack.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { s3Client, s3Store } from '../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import {
  localAccess,
  localBuckets,
  localCredentials,
} from '../../shared/deployment/local-endpoints.ts';
import { publicHalf, readPublisher } from '../../shared/keys/publisher.ts';
import type { Publishing } from '../../shared/versions/publishing.ts';
import { type RunningStack, type StartOptions, startRunningStack } from '../local/running-stack.ts';
import { command, type Environment, json } from './in-process.ts';
import type { Ran } from './signet.ts';

const patience = { connectionTimeout: 2_000, requestTimeout: 20_000, maxAttempts: 2 };

export type Published = { readonly tenant: string } & Readonly<Record<string, unknown>>;

/** A running stack, the command line for it, and direct access to its buckets. */
export const startCommandStack = async (options: StartOptions = {}) =>
  openCommands(await startRunningStack(options));

/**
 * A stack whose config bucket denies nothing, as after its policy was removed. Only then can someone remove
 * or replace a version of the audit trail. `allows` can deny the operator what it gets as an action and a resource.
 * A folder that is given as `kept` stays after the stop.
 */
export async function startUnguardedStack(
  allows: (action: string, resource: string) => boolean = () => true,
  kept?: string,
) {
  const home = kept ?? (await mkdtemp(path.join(tmpdir(), 'signet-unguarded-')));
  const operator = { ...localCredentials, allows };
  const settings = { home, host: '127.0.0.1', port: 0, origins: [] };
  const stack = await startStack(settings, () => undefined, { ...localRoles(), operator });
  const stop = async (): Promise<void> => {
    await stack.close();
    if (kept === undefined) await rm(home, { recursive: true, force: true });
  };
  return openCommands({ home, instance: stack, stop });
}

type StackToOpen<T> = Pick<RunningStack, 'home' | 'instance'> & {
  readonly stop: (signal?: NodeJS.Signals) => Promise<T>;
};

async function openCommands<T, R extends StackToOpen<T>>(running: R) {
  const environment: Environment = { SIGNET_HOME: running.home };
  const client = s3Client(localAccess(running.instance, 's3'), patience);
  const mint = async (...args: readonly string[]): Promise<string> =>
    (await json<{ readonly url: string }>(['mint', ...args], environment)).url;
  const secrets = secretsManager(
    secretsClient(localAccess(running.instance, 'secretsManager'), patience),
  );
  const secretPublisher = readPublisher((await secrets.read('signet/publisher')) ?? '');
  const publishing: Publishing = {
    crypto: nodeCrypto,
    config: s3Store(client, localBuckets.config),
    publishers: async () => [publicHalf(secretPublisher)],
    publisher: async () => secretPublisher,
    clock: Date.now,
    by: async () => 'test',
  };
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-commands-'));
  const written = async (content: string | Uint8Array): Promise<string> => {
    const file = path.join(folder, randomUUID());
    await writeFile(file, content);
    return file;
  };
  return {
    ...running,
    stop: async (signal?: NodeJS.Signals): Promise<T> => {
      await rm(folder, { recursive: true, force: true });
      return running.stop(signal);
    },
    /** Publishes a policy for a tenant, new or not. */
    publish: async (tenant: string, policy: object) =>
      json(
        ['policy', 'publish', await written(JSON.stringify({ tenant, ...policy }))],
        environment,
      ),
    written,
    upload: async (tenant: string, name: string, bytes: Uint8Array) =>
      json(['put', tenant, name, await written(bytes)], environment),
    environment,
    sources: s3Store(client, localBuckets.sources),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
    /** Publishes without the checks of the command line. */
    publishing,
    run: (...args: readonly string[]): Promise<Ran> => command(args, environment),
    json: <T>(...args: readonly string[]): Promise<T> => json<T>(args, environment),
    mint,
  };
}

export type CommandStack = Awaited<ReturnType<typeof startCommandStack>>;

/** The bytes of the root key, read from Secrets Manager. */
export async function rootKeyBytes({ instance }: RunningStack): Promise<Buffer> {
  const access = localAccess(instance, 'secretsManager');
  const client = new SecretsManagerClient({
    region: access.region,
    ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint }),
    ...(access.credentials === undefined ? {} : { credentials: access.credentials }),
  });
  const { SecretString = '' } = await client.send(
    new GetSecretValueCommand({ SecretId: 'signet/roots' }),
  );
  const { keys } = JSON.parse(SecretString) as { keys: readonly { kid: string; k: string }[] };
  return Buffer.from(keys.find(({ kid }) => kid === 'r1')?.k ?? '', 'base64url');
}

/** A picture of one colour. */
export function picture(
  color: string,
  { width = 64, height = 48 } = {},
): Promise<Buffer<ArrayBufferLike>> {
  return sharp({ create: { width, height, channels: 3, background: color } })
    .jpeg()
    .toBuffer();
}

/** The refusal code of a response, or its status if it has none. */
export async function answerTo(url: string, accept?: string): Promise<string> {
  const answer = await fetch(url, accept === undefined ? {} : { headers: { accept } });
  await answer.arrayBuffer();
  return answer.headers.get('x-signet-error') ?? String(answer.status);
}
