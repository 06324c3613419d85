import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { vi } from 'vitest';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodeKeys } from '../../shared/adapters/random.ts';
import { ensureSecrets } from '../../shared/keys/first-secrets.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import { secretIdsOf, usualSecretsPrefix } from '../../shared/keys/store.ts';
import { secretsWithValues, secretVersions } from '../../tasks/secret-versions.ts';
import { operator, secretKeeper, startEmbedded } from '../local/secrets/embedded-secrets.ts';
import { logLines } from '../log-lines.ts';

export type Step = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
export const allSteps: readonly Step[] = [
  ...(['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const),
];

export type Keeper = Awaited<ReturnType<typeof startKeeper>>;

/** The function as Lambda loads it: it finds its service and its role in the environment. */
async function loaded(port: number, prefix: string) {
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', secretKeeper.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretKeeper.secretAccessKey);
  // Lambda sets it to where it runs; the function is not to look there.
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('SIGNET_SECRETS_PREFIX', prefix);
  vi.resetModules();
  return (await import('../../tasks/secrets.ts')).handler;
}

/** Secrets Manager with three empty secrets, as the stack makes them, and the function beside it. */
export async function startKeeper(prefix = usualSecretsPrefix) {
  const secretIds = secretIdsOf(prefix);
  const embedded = await startEmbedded();
  const { client } = embedded;
  for (const Name of Object.values(secretIds)) await client.send(new CreateSecretCommand({ Name }));
  const { ARN: arn = '' } = await client.send(
    new DescribeSecretCommand({ SecretId: secretIds.roots }),
  );
  const lines = logLines();
  const handler = await loaded(embedded.port, prefix);
  const versions = secretVersions(embedded.clientFor(operator));
  const secrets = secretsWithValues(versions);
  const text = async (id: string = secretIds.roots, which: object = {}): Promise<string> => {
    const asked = new GetSecretValueCommand({ SecretId: id, ...which });
    return (await client.send(asked)).SecretString ?? '';
  };
  return {
    embedded,
    arn,
    handler,
    versions,
    secrets,
    text,
    /** What the function has written, line by line. */
    lines,
    /** The secrets as an operator finds them. */
    world: { crypto: nodeCrypto, secrets, secretIds },
    fill: () => ensureSecrets({ crypto: nodeCrypto, secrets, secretIds, keys: nodeKeys }),
    keyring: async (which: object = {}) =>
      rootKeyring(nodeCrypto, await text(secretIds.roots, which)),
    labels: () => versions.labels(secretIds.roots),
    /** Begins a rotation, as Secrets Manager does before it calls the function. */
    begin: (token: string) =>
      client.send(
        new RotateSecretCommand({ SecretId: secretIds.roots, ClientRequestToken: token }),
      ),
    step: (Step: Step, ClientRequestToken: string, SecretId = arn) =>
      handler({ Step, SecretId, ClientRequestToken, RotationToken: 'more' }),
    discard: async () => {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
      await embedded.discard();
    },
  };
}

/** What may never be read in a line or a message: the private parts of a JWK or of a set of them. */
export function privateParts(secret: string): readonly string[] {
  return [...secret.matchAll(/"(?:k|d)":"(?<part>[^"]+)"/g)].map(
    ({ groups }) => groups?.['part'] ?? '',
  );
}

/** The sentence that a call fails with; nothing when it does not. */
export function failure(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (thrown: Error) => thrown.message,
  );
}
