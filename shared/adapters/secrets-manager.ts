import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { PortFailure, SecretStore } from '../ports.ts';
import { type AwsAccess, clientOptions, type Patience, portFailure } from './aws-client.ts';

/** Creates a Secrets Manager client with pinned Region, timeouts and retries. */
export function secretsClient(access: AwsAccess, patience: Patience): SecretsManagerClient {
  return new SecretsManagerClient(clientOptions(access, patience));
}

const isNamed = (thrown: unknown, name: string): boolean =>
  thrown instanceof Error && thrown.name === name;

const failure = (action: string, id: string, permission: string, thrown: unknown): PortFailure =>
  portFailure(`Secrets Manager ${action} of ${id}`, thrown, `secretsmanager:${permission}`);

async function read(client: SecretsManagerClient, id: string): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return SecretString;
  } catch (thrown) {
    if (isNamed(thrown, 'ResourceNotFoundException')) return undefined;
    throw failure('read', id, 'GetSecretValue', thrown);
  }
}

/** Adds a version first, because operators have no right to create secrets. */
async function write(client: SecretsManagerClient, id: string, text: string): Promise<void> {
  try {
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: text }));
  } catch (thrown) {
    if (!isNamed(thrown, 'ResourceNotFoundException'))
      throw failure('write', id, 'PutSecretValue', thrown);
    await client
      .send(new CreateSecretCommand({ Name: id, SecretString: text }))
      .catch((again: unknown) => {
        throw failure('write', id, 'CreateSecret', again);
      });
  }
}

/** Implements `SecretStore` with Secrets Manager. */
export function secretsManager(client: SecretsManagerClient): SecretStore {
  return { read: (id) => read(client, id), write: (id, text) => write(client, id, text) };
}
