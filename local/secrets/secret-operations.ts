import { randomInt, randomUUID } from 'node:crypto';
import type * as v from 'valibot';
import {
  isEmpty,
  type Secret,
  type SecretValue,
  type Version,
  versionAt,
  withStage,
  withVersion,
} from './secret.ts';
import { SecretError } from './secret-error.ts';
import type {
  createSecretRequest,
  describeSecretRequest,
  getSecretValueRequest,
  listSecretsRequest,
  putSecretValueRequest,
  rotateSecretRequest,
  updateStageRequest,
} from './secret-requests.ts';
import type { DiskSecrets } from './secret-store.ts';

export type SecretCall<Schema extends v.GenericSchema> = {
  readonly input: v.InferOutput<Schema>;
  readonly store: DiskSecrets;
  readonly region: string;
};

export type Output = Readonly<Record<string, unknown>>;

/** CreateSecret. A repeated call with the same token and value returns the same secret. */
export async function createSecret(call: SecretCall<typeof createSecretRequest>): Promise<Output> {
  const { Name: name, Description: description = null, ClientRequestToken } = call.input;
  const value = readValue(call.input);
  const now = Date.now();
  const id = ClientRequestToken ?? randomUUID();
  const made = await call.store.change(name, (current) => {
    if (current !== undefined) return requireSameSecret(current, id, value);
    const arn = `arn:aws:secretsmanager:${call.region}:000000000000:secret:${name}-${randomSuffix()}`;
    const empty: Secret = { name, arn, description, createdAt: now, changedAt: now, versions: [] };
    if (value === undefined) return empty;
    return withVersion(empty, { id, createdAt: now, stages: ['AWSCURRENT'], ...value });
  });
  return { ARN: made.arn, Name: name, ...(value !== undefined && { VersionId: id }) };
}

function randomSuffix(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('');
}

function requireSameSecret(secret: Secret, id: string, value: SecretValue | undefined): Secret {
  const made = secret.versions.find((version) => version.id === id);
  if (made !== undefined && value !== undefined && isSameValue(made, value)) return secret;
  throw new SecretError(
    'ResourceExistsException',
    `The operation failed because the secret ${secret.name} already exists.`,
  );
}

type Values = {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
};

function readValue({ SecretString, SecretBinary }: Values): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new SecretError(
      'InvalidParameterException',
      'You can set SecretString or SecretBinary, not both.',
    );
  }
  if (SecretString === undefined && SecretBinary === undefined) return undefined;
  return { text: SecretString ?? null, binary: SecretBinary ?? null };
}

function isSameValue(a: SecretValue, b: SecretValue): boolean {
  return a.text === b.text && a.binary === b.binary;
}

/** PutSecretValue. The token makes it idempotent and becomes the version's id. */
export async function putSecretValue(
  call: SecretCall<typeof putSecretValueRequest>,
): Promise<Output> {
  const { SecretId, ClientRequestToken, VersionStages = ['AWSCURRENT'] } = call.input;
  const value = readValue(call.input);
  if (value === undefined) {
    throw new SecretError('InvalidRequestException', 'You must give SecretString or SecretBinary.');
  }
  const id = ClientRequestToken ?? randomUUID();
  const secret = await call.store.change(requireSecret(call.store, SecretId).name, (stored) => {
    const current = stored ?? requireSecret(call.store, SecretId);
    const made = current.versions.find((version) => version.id === id);
    if (made !== undefined && !isEmpty(made)) return requireSameVersion(current, made, value);
    // The first value of a secret is current, whatever labels the caller gives.
    const first = current.versions.every(isEmpty) ? ['AWSCURRENT'] : [];
    const stages = [...new Set([...first, ...VersionStages, ...(made?.stages ?? [])])];
    const others = { ...current, versions: current.versions.filter((one) => one !== made) };
    return withVersion(others, { id, createdAt: Date.now(), stages, ...value });
  });
  const stages = secret.versions.find((version) => version.id === id)?.stages ?? [];
  return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
}

function requireSameVersion(secret: Secret, made: Version, value: SecretValue): Secret {
  if (isSameValue(made, value)) return secret;
  throw new SecretError(
    'ResourceExistsException',
    'A version with this ClientRequestToken and another value already exists.',
  );
}

/** Finds a secret by name or ARN. Throws ResourceNotFoundException. */
function requireSecret(store: DiskSecrets, nameOrArn: string): Secret {
  const secret = store.find(nameOrArn);
  if (secret !== undefined) return secret;
  throw new SecretError(
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
}

/**
 * RotateSecret. It adds a pending version without a value. There is no rotation function to call, so the
 * caller runs the steps of the rotation.
 */
export async function rotateSecret(call: SecretCall<typeof rotateSecretRequest>): Promise<Output> {
  const { SecretId, ClientRequestToken: id = randomUUID() } = call.input;
  const secret = await call.store.change(requireSecret(call.store, SecretId).name, (stored) => {
    const current = stored ?? requireSecret(call.store, SecretId);
    if (current.versions.some((version) => version.id === id)) return current;
    const pending = versionAt(current, 'AWSPENDING');
    if (pending !== undefined && !pending.stages.includes('AWSCURRENT'))
      throw new SecretError(
        'InvalidRequestException',
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    const empty = { text: null, binary: null };
    return withVersion(current, { id, createdAt: Date.now(), stages: ['AWSPENDING'], ...empty });
  });
  return { ARN: secret.arn, Name: secret.name, VersionId: id };
}

/** GetSecretValue by version id or label. The default is the current version. */
export async function getSecretValue(
  call: SecretCall<typeof getSecretValueRequest>,
): Promise<Output> {
  const { SecretId, VersionId, VersionStage } = call.input;
  const secret = requireSecret(call.store, SecretId);
  const version = findVersion(secret, VersionId, VersionStage);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(version.text === null ? { SecretBinary: version.binary } : { SecretString: version.text }),
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
  };
}

function findVersion(secret: Secret, id?: string, stage?: string): Version {
  if (id === undefined) {
    const label = stage ?? 'AWSCURRENT';
    const labelled = versionAt(secret, label);
    if (labelled !== undefined && !isEmpty(labelled)) return labelled;
    return throwValueMissing(`staging label: ${label}`);
  }
  const version = secret.versions.find((one) => one.id === id);
  if (version === undefined || isEmpty(version)) return throwValueMissing(`VersionId: ${id}`);
  if (stage === undefined || version.stages.includes(stage)) return version;
  throw new SecretError(
    'InvalidRequestException',
    'You provided a VersionStage that is not associated to the provided VersionId.',
  );
}

function throwValueMissing(what: string): never {
  throw new SecretError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${what}`,
  );
}

/** DescribeSecret. Returns everything but the values. */
export async function describeSecret(
  call: SecretCall<typeof describeSecretRequest>,
): Promise<Output> {
  const secret = requireSecret(call.store, call.input.SecretId);
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
  const stages = Object.fromEntries(labelled.map((version) => [version.id, version.stages]));
  return { ...summary(secret), VersionIdsToStages: stages };
}

function summary(secret: Secret): Output {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description !== null && { Description: secret.description }),
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: secret.changedAt / 1000,
  };
}

/** UpdateSecretVersionStage. Moves or removes a label. */
export async function updateSecretVersionStage(
  call: SecretCall<typeof updateStageRequest>,
): Promise<Output> {
  const { SecretId, VersionStage: stage, MoveToVersionId: to } = call.input;
  const secret = await call.store.change(requireSecret(call.store, SecretId).name, (stored) => {
    const current = stored ?? requireSecret(call.store, SecretId);
    checkMove(current, call.input);
    return { ...withStage(current, stage, to), changedAt: Date.now() };
  });
  return { ARN: secret.arn, Name: secret.name };
}

/** The caller must name the version that loses the label, so that concurrent rotations fail. */
function checkMove(secret: Secret, input: v.InferOutput<typeof updateStageRequest>): void {
  const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input;
  const holder = versionAt(secret, stage)?.id;
  const refuse = (message: string): never => {
    throw new SecretError('InvalidParameterException', message);
  };
  if (to === undefined && from === undefined)
    refuse('Give MoveToVersionId or RemoveFromVersionId.');
  if (to === undefined && stage === 'AWSCURRENT') {
    refuse('AWSCURRENT can only be moved to a different version, not removed.');
  }
  if (to !== undefined && !secret.versions.some(({ id }) => id === to)) {
    throwValueMissing(`VersionId: ${to}`);
  }
  if (from !== holder && !(from === undefined && holder === to)) {
    refuse(`The staging label ${stage} is attached to ${holder ?? 'no version'}.`);
  }
}

/** ListSecrets. The oldest secret comes first. */
export async function listSecrets(call: SecretCall<typeof listSecretsRequest>): Promise<Output> {
  const start = Number(call.input.NextToken ?? '0');
  const all = call.store.all();
  const page = all.slice(start, start + (call.input.MaxResults ?? 100));
  const next = start + page.length;
  return { SecretList: page.map(summary), ...(next < all.length && { NextToken: String(next) }) };
}
