import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { portFailure } from '../shared/adapters/aws-client.ts';
import type { SecretStore } from '../shared/ports.ts';

export type VersionStage = 'AWSCURRENT' | 'AWSPENDING';

export type SecretVersion = { readonly id: string; readonly text: string };

/** Names the version by the label that it carries, or by its id. */
export type Which = { readonly VersionStage: VersionStage } | { readonly VersionId: string };

/** What a new version is called and labelled. */
export type Labelled = { readonly token: string; readonly stage: VersionStage };

/** From which version a label is taken, and to which it goes; to none when that is left out. */
export type Move = { readonly from: string; readonly to?: string };

/**
 * Secrets that exist already, version by version: what a rotation needs. Nothing here makes a secret.
 * Every method throws `PortFailure` when Secrets Manager refuses or cannot answer.
 */
export type SecretVersions = {
  /** Nothing where there is no such version, or no value in it yet. */
  readonly read: (id: string, which: Which) => Promise<SecretVersion | undefined>;
  /** Adds a version; a current one with a name of its own where none is given. */
  readonly put: (id: string, text: string, labelled?: Labelled) => Promise<void>;
  /** The labels of every version that has one. */
  readonly labels: (id: string) => Promise<Readonly<Record<string, readonly string[]>>>;
  /** Refused where the label is not on the version that it is to leave. */
  readonly move: (id: string, stage: VersionStage, move: Move) => Promise<void>;
};

async function orPortFailure<T>(what: string, call: Promise<T>): Promise<T> {
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

/** The versions of secrets in Secrets Manager. */
export function secretVersions(client: SecretsManagerClient): SecretVersions {
  return {
    read: (id, which) => read(client, id, which),
    put: async (id, text, labelled) => {
      const { token: ClientRequestToken, stage = 'AWSCURRENT' } = labelled ?? {};
      const VersionStages = [stage];
      const asked = { SecretId: id, SecretString: text, ClientRequestToken, VersionStages };
      await orPortFailure(`write of ${id}`, client.send(new PutSecretValueCommand(asked)));
    },
    labels: async (id) => {
      const asked = new DescribeSecretCommand({ SecretId: id });
      return (await orPortFailure(`look at ${id}`, client.send(asked))).VersionIdsToStages ?? {};
    },
    move: async (id, stage, { from: RemoveFromVersionId, to: MoveToVersionId }) => {
      const asked = { SecretId: id, VersionStage: stage, RemoveFromVersionId, MoveToVersionId };
      const moved = client.send(new UpdateSecretVersionStageCommand(asked));
      await orPortFailure(`move of ${stage} of ${id}`, moved);
    },
  };
}

/** The secret store port on secrets that exist already, be they empty. */
export function secretsWithValues({ read, put }: SecretVersions): SecretStore {
  return {
    read: async (id) => (await read(id, { VersionStage: 'AWSCURRENT' }))?.text,
    write: (id, text) => put(id, text),
  };
}
