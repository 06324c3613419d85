import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Identity } from '../../../local/http/sigv4.ts';
import { startSecretsManager } from '../../../local/secrets/server.ts';
import { permissions } from '../../../shared/deployment/permissions.ts';

export const operator: Identity = {
  accessKeyId: 'operator',
  secretAccessKey: 'operator-local',
  allows: () => true,
};
/** Like the role of the viewer function: may read one secret. */
export const viewer: Identity = {
  accessKeyId: 'viewer',
  secretAccessKey: 'viewer-local',
  allows: (action, resource) =>
    action === 'secretsmanager:GetSecretValue' && resource === 'signet/roots',
};
/** Like the role of the function that creates the first keys and adds root keys, in an installation of any prefix. */
export const secretKeeper: Identity = {
  accessKeyId: 'secret-keeper',
  secretAccessKey: 'secret-keeper-local',
  allows: (action, resource) =>
    permissions.secrets.some(
      ({ actions, secret }) =>
        resource.split('/')[1] === secret && actions.some((one) => one === action),
    ),
};

export type Running = Awaited<ReturnType<typeof startEmbedded>>;

/** A server on a temporary folder, with a client of the AWS SDK. */
export async function startEmbedded(given?: string, port = 0) {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'signet-secrets-')));
  const identities = [operator, viewer, secretKeeper];
  const server = await startSecretsManager({ folder, host: '127.0.0.1', port, identities });
  const clients: SecretsManagerClient[] = [];
  const clientFor = (identity: Identity, region = 'us-east-1'): SecretsManagerClient => {
    const { accessKeyId, secretAccessKey } = identity;
    const client = new SecretsManagerClient({
      region,
      endpoint: `http://127.0.0.1:${server.port}`,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  const stop = async (): Promise<void> => {
    for (const client of clients) client.destroy();
    await server.close();
  };
  const discard = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...server, folder, clientFor, client: clientFor(operator), stop, discard };
}

/** The error name of a call, or "none" if it succeeds. */
export function failure(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (error: Error) => error.name,
  );
}
