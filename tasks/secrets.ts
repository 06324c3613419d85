import { systemClock } from '../shared/adapters/clock.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { putLine } from '../shared/adapters/log-line.ts';
import { nodeKeys } from '../shared/adapters/random.ts';
import { secretsClient } from '../shared/adapters/secrets-manager.ts';
import { metricsNamespace } from '../shared/deployment/edge-logs.ts';
import { rotationAgeEvent } from '../shared/deployment/rotation-age.ts';
import { ensureSecrets } from '../shared/keys/first-secrets.ts';
import { secretIdsOf, usualSecretsPrefix } from '../shared/keys/store.ts';
import { answerCustomResource, type CustomResource, type Properties } from './custom-resource.ts';
import { retryWhileDenied } from './new-role.ts';
import {
  type RotationDeps,
  type RotationStep,
  rotationSteps,
  runRotationStep,
} from './rotation.ts';
import { daysSinceRotation, rotationAgeLine } from './rotation-age.ts';
import { secretsWithValues, secretVersions } from './secret-versions.ts';
import { describeFailure } from './sentence.ts';
import { readSetting } from './setting.ts';

/*
 * A Lambda function that creates the first keys of a stack when CloudFormation asks for them, adds a root key when
 * Secrets Manager does, and tells twice a day how long ago that was.
 */

const access = { region: 'us-east-1' } as const;
const patience = { connectionTimeout: 2_000, requestTimeout: 5_000, maxAttempts: 3 };

const prefix = readSetting('SIGNET_SECRETS_PREFIX');
const client = secretsClient(access, patience);

const deps: RotationDeps = {
  crypto: nodeCrypto,
  clock: systemClock,
  keys: nodeKeys,
  versions: secretVersions(client),
  secretIds: secretIdsOf(prefix),
};

const secrets = secretsWithValues(deps.versions);

/**
 * Refuses to make new keys because the names of the secrets have changed: every signed URL would stop working. When
 * CloudFormation then goes back to the old names, the keys are there.
 */
async function checkNames(before: Properties | undefined): Promise<void> {
  if (before === undefined) return;
  // Stacks of earlier versions have no such property.
  const had = before['SecretsPrefix'] ?? usualSecretsPrefix;
  if (had !== prefix && (await secrets.read(deps.secretIds.roots)) === undefined)
    throw new Error(
      `the secrets of a stack keep their names; in cdk.json set signet.secretsPrefix to "${had}"`,
    );
}

/** An output of a stack holds 1,024 characters, and a key has about 130. */
const outputKeys = 6;

/** Uses 150 seconds of the three minutes that the function has. The rest is for the answer. */
const firstSecrets: CustomResource = {
  ensure: (before) =>
    retryWhileDenied(async () => {
      await checkNames(before);
      const { keyring } = await ensureSecrets({ ...deps, secrets, keys: nodeKeys });
      // Without a first value the alarm on rotations would fire until the first check.
      await measureRotation();
      return { PublisherKeys: JSON.stringify(keyring.publishers.slice(-outputKeys)) };
    }),
  patience: 150_000,
};

type Trigger =
  | { readonly check: 'rotation' }
  | { readonly step: RotationStep | 'unknown' }
  | { readonly requestType: 'Create' | 'Update' | 'Delete' | 'unknown' };

const oneOf = <T>(known: readonly T[], value: unknown): T | 'unknown' =>
  known.find((one) => one === value) ?? 'unknown';

/** The kind of an unread event, for the log line. */
function readTrigger(event: unknown): Trigger {
  const { Step, RequestType, check } = Object(event) as Readonly<
    Record<'Step' | 'RequestType' | 'check', unknown>
  >;
  if (check === rotationAgeEvent.check) return rotationAgeEvent;
  if (Step !== undefined) return { step: oneOf(rotationSteps, Step) };
  return { requestType: oneOf(['Create', 'Update', 'Delete'] as const, RequestType) };
}

/** Writes one line per event. It contains no secret. */
function write(trigger: Trigger, reason: string | undefined): void {
  const outcome = reason === undefined ? 'done' : 'failed';
  const level = reason === undefined ? 'info' : 'error';
  const line = { function: 'secrets', level, ...trigger, outcome, reason };
  putLine(JSON.stringify(line));
}

async function measureRotation(): Promise<void> {
  const now = deps.clock();
  const days = await daysSinceRotation(client, deps.secretIds.roots, now);
  putLine(rotationAgeLine(days, now, metricsNamespace(prefix)));
}

/** Handles an event. Returns the failure that was sent to CloudFormation, if there is one. */
async function work(trigger: Trigger, event: unknown): Promise<string | undefined> {
  if ('check' in trigger) await measureRotation();
  else if ('requestType' in trigger) return answerCustomResource(event, firstSecrets);
  else await runRotationStep(event, deps);
  return undefined;
}

/** Handles events of Secrets Manager, CloudFormation and the schedule. The sender repeats a failed one. */
export async function handler(event: unknown): Promise<void> {
  const trigger = readTrigger(event);
  try {
    write(trigger, await work(trigger, event));
  } catch (thrown) {
    const reason = describeFailure(thrown);
    write(trigger, reason);
    // Without a cause, because Lambda logs the whole error.
    throw new Error(reason);
  }
}
