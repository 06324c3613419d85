import { systemClock } from '../shared/adapters/clock.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { putLine } from '../shared/adapters/log-line.ts';
import { nodeKeys } from '../shared/adapters/random.ts';
import { secretsClient } from '../shared/adapters/secrets-manager.ts';
import { rotationAgeEvent } from '../shared/deployment/rotation-age.ts';
import { ensureSecrets } from '../shared/keys/first-secrets.ts';
import { secretIds } from '../shared/keys/store.ts';
import { answerCustomResource, type CustomResource } from './custom-resource.ts';
import {
  type RotationDeps,
  type RotationStep,
  rotationSteps,
  runRotationStep,
} from './rotation.ts';
import { daysSinceRotation, rotationAgeLine } from './rotation-age.ts';
import { secretsWithValues, secretVersions } from './secret-versions.ts';
import { describeFailure } from './sentence.ts';

/*
 * A Lambda function that creates the first keys of a stack when CloudFormation asks for them, adds a root key when
 * Secrets Manager does, and tells twice a day how long ago that was.
 */

const access = { region: 'us-east-1' } as const;
const patience = { connectionTimeout: 2_000, requestTimeout: 5_000, maxAttempts: 3 };

const client = secretsClient(access, patience);
const deps: RotationDeps = {
  crypto: nodeCrypto,
  clock: systemClock,
  keys: nodeKeys,
  versions: secretVersions(client),
};

/** Uses 40 seconds of the minute that the function has. The rest is for the answer. */
const firstSecrets: CustomResource = {
  ensure: async () => {
    await ensureSecrets({ ...deps, secrets: secretsWithValues(deps.versions), keys: nodeKeys });
    // Without a first value the alarm on rotations would fire until the first check.
    await measureRotation();
  },
  patience: 40_000,
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
  putLine(rotationAgeLine(await daysSinceRotation(client, secretIds.roots, now), now, 'Signet'));
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
