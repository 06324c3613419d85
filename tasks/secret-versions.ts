import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { portFailure } from '../shared/adapters/aws-client.ts';
import type { SecretStore } from '../shared/ports.ts';

/** The labels of Secrets Manager that a rotation moves. */
export type VersionStage = 'AWSCURRENT' | 'AWSPENDING';

export type SecretVersion = { readonly id: string; readonly text: string };

/** Selects a version by its label or by its id. */
export type Which = { readonly VersionStage: VersionStage } | { readonly VersionId: string };

/** The id and the label of a new version. */
export type Labelled = { readonly token: string; readonly stage: VersionStage };

/** The version that loses a label and the one that gets it. Without `to`, the label is only removed. */
export type Move = { readonly from: string; readonly to?: string };

/**
 * The versions of existing secrets. It cannot create a secret. Every method throws `PortFailure` if
 * Secrets Manager refuses or does not answer.
 */
export type SecretVersions = {
  /** Reads a version; undefined if it does not exist or has no value yet. */
  readonly read: (id: string, which: Which) => Promise<SecretVersion | undefined>;
  /** Adds a version. Without `labelled`, it becomes the current one. */
  readonly put: (id: string, text: string, labelled?: Labelled) => Promise<void>;
  /** Reads the labels of each version that has any. */
  readonly labels: (id: string) => Promise<Readonly<Record<string, readonly string[]>>>;
  /** Moves a label. It fails if the version `from` does not have the label. */
  readonly move: (id: string, stage: VersionStage, move: Move) => Promise<void>;
};

async function rethrowAsPortFailure<T>(what: string, call: Promise<T>): Promise<T> {
  return call.catch((thrown: unknown) => {
    throw portFailure(`Secrets Manager ${what}`, thrown);
  });
}

async function read(client: SecretsManagerClient, id: string, which: Which) {
  try {
    const asked = new GetSecretValueCommand({ SecretId: id, ...which });
    const { SecretString: text, VersionId = '' } = await client.send(asked);
    return text === undefined ? undefined : { id: VersionId, text };
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ResourceNotFoundException') return undefined;
    throw portFailure(`Secrets Manager read of ${id}`, thrown);
  }
}

/** Implements `SecretVersions` with Secrets Manager. */
export function secretVersions(client: SecretsManagerClient): SecretVersions {
  return {
    read: (id, which) => read(client, id, which),
    put: async (id, text, labelled) => {
      const { token: ClientRequestToken, stage = 'AWSCURRENT' } = labelled ?? {};
      const VersionStages = [stage];
      const asked = { SecretId: id, SecretString: text, ClientRequestToken, VersionStages };
      await rethrowAsPortFailure(`write of ${id}`, client.send(new PutSecretValueCommand(asked)));
    },
    labels: async (id) => {
      const asked = new DescribeSecretCommand({ SecretId: id });
      return (
        (await rethrowAsPortFailure(`look at ${id}`, client.send(asked))).VersionIdsToStages ?? {}
      );
    },
    move: async (id, stage, { from: RemoveFromVersionId, to: MoveToVersionId }) => {
      const asked = { SecretId: id, VersionStage: stage, RemoveFromVersionId, MoveToVersionId };
      const moved = client.send(new UpdateSecretVersionStageCommand(asked));
      await rethrowAsPortFailure(`move of ${stage} of ${id}`, moved);
    },
  };
}

/** Implements `SecretStore` for secrets that already exist, even if they have no value. */
export function secretsWithValues({ read, put }: SecretVersions): SecretStore {
  return {
    read: async (id) => (await read(id, { VersionStage: 'AWSCURRENT' }))?.text,
    write: (id, text) => put(id, text),
  };
}
