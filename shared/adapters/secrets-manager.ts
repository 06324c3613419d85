import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PortFailure, type SecretStore } from '../ports.ts';
import { type AwsAccess, clientOptions, type Patience, statusOf } from './aws-client.ts';

export function secretsClient(access: AwsAccess, patience: Patience): SecretsManagerClient {
  return new SecretsManagerClient(clientOptions(access, patience));
}

const isNamed = (thrown: unknown, name: string): boolean =>
  thrown instanceof Error && thrown.name === name;

/** The secret's text never stands in an error: the SDK's own message is dropped. */
function failure(action: string, id: string, thrown: unknown): PortFailure {
  const name = thrown instanceof Error ? thrown.name : 'unknown';
  return new PortFailure(
    `Secrets Manager ${action} of ${id} failed: ${name} ${statusOf(thrown) ?? 'no answer'}`,
  );
}

async function read(client: SecretsManagerClient, id: string): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return SecretString;
  } catch (thrown) {
    if (isNamed(thrown, 'ResourceNotFoundException')) return undefined;
    throw failure('read', id, thrown);
  }
}

async function write(client: SecretsManagerClient, id: string, text: string): Promise<void> {
  try {
    await client.send(new CreateSecretCommand({ Name: id, SecretString: text }));
  } catch (thrown) {
    if (!isNamed(thrown, 'ResourceExistsException')) throw failure('write', id, thrown);
    await client
      .send(new PutSecretValueCommand({ SecretId: id, SecretString: text }))
      .catch((again: unknown) => {
        throw failure('write', id, again);
      });
  }
}

/** The secret store port on Secrets Manager. */
export function secretsManager(client: SecretsManagerClient): SecretStore {
  return { read: (id) => read(client, id), write: (id, text) => write(client, id, text) };
}
