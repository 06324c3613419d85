import { systemClock } from '../shared/adapters/clock.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { putLine } from '../shared/adapters/log-line.ts';
import { nodeKeys } from '../shared/adapters/random.ts';
import { secretsClient } from '../shared/adapters/secrets-manager.ts';
import { ensureSecrets } from '../shared/keys/first-secrets.ts';
import { answerCustomResource, type CustomResource } from './custom-resource.ts';
import { type Rotating, type RotationStep, rotationSteps, runRotationStep } from './rotation.ts';
import { secretsWithValues, secretVersions } from './secret-versions.ts';
import { describeFailure } from './sentence.ts';

/*
 * An ordinary function that makes the first keys of a stack when CloudFormation asks for them, and
 * adds a root key when Secrets Manager does.
 */

const access = { region: 'us-east-1' } as const;
const patience = { connectionTimeout: 2_000, requestTimeout: 5_000, maxAttempts: 3 };

const deps: Rotating = {
  crypto: nodeCrypto,
  clock: systemClock,
  keys: nodeKeys,
  versions: secretVersions(secretsClient(access, patience)),
};

/** Of the minute that the function has; the rest is for the answer. */
const firstSecrets: CustomResource = {
  ensure: () =>
    ensureSecrets({ ...deps, secrets: secretsWithValues(deps.versions), keys: nodeKeys }),
  patience: 40_000,
};

type Asked =
  | { readonly step: RotationStep | 'unknown' }
  | { readonly requestType: 'Create' | 'Update' | 'Delete' | 'unknown' };

const oneOf = <T>(known: readonly T[], value: unknown): T | 'unknown' =>
  known.find((one) => one === value) ?? 'unknown';

/** What a line may say of an event that nobody has read yet. */
function readTrigger(event: unknown): Asked {
  const { Step, RequestType } = Object(event) as Readonly<Record<'Step' | 'RequestType', unknown>>;
  if (Step !== undefined) return { step: oneOf(rotationSteps, Step) };
  return { requestType: oneOf(['Create', 'Update', 'Delete'] as const, RequestType) };
}

/** One line for each event, of which nothing is secret. */
function write(asked: Asked, reason: string | undefined): void {
  const outcome = reason === undefined ? 'done' : 'failed';
  const level = reason === undefined ? 'info' : 'error';
  const line = { function: 'secrets', level, ...asked, outcome, reason };
  putLine(JSON.stringify(line));
}

/** What went wrong and has been answered, or nothing. */
async function work(asked: Asked, event: unknown): Promise<string | undefined> {
  if ('requestType' in asked) return answerCustomResource(event, firstSecrets);
  await runRotationStep(event, deps);
  return undefined;
}

/** Takes events of Secrets Manager and of CloudFormation; whoever sent it asks again when it fails. */
export async function handler(event: unknown): Promise<void> {
  const asked = readTrigger(event);
  try {
    write(asked, await work(asked, event));
  } catch (thrown) {
    const reason = describeFailure(thrown);
    write(asked, reason);
    // Without a cause: Lambda writes all of an error into the log.
    throw new Error(reason);
  }
}
