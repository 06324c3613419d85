import * as v from 'valibot';
import { type FirstKeys, writeSecretIfChanged } from '../shared/keys/first-secrets.ts';
import { continuationSecret, rootKeyring } from '../shared/keys/keyring.ts';
import { checkSuccessor, withRoot } from '../shared/keys/roots.ts';
import type { SecretIds } from '../shared/keys/store.ts';
import type { Clock, Crypto } from '../shared/ports.ts';
import { seconds } from '../shared/ports.ts';
import { type SecretVersion, type SecretVersions, secretsWithValues } from './secret-versions.ts';
import { readEvent } from './sentence.ts';

/*
 * Rotates the root keys: adds one, as `signet keys rotate` does, and removes none. Secrets Manager calls
 * four steps, each possibly more than once, and starts over if one fails.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */

export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof rotationSteps)[number];

const eventSchema = v.object({
  Step: v.picklist(rotationSteps),
  SecretId: v.string(),
  ClientRequestToken: v.pipe(v.string(), v.minLength(32), v.maxLength(64)),
});

export type RotationDeps = {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly keys: Pick<FirstKeys, 'rootMaterial'>;
  readonly versions: SecretVersions;
  readonly secretIds: SecretIds;
};

/** One step of one rotation, with the labels of each version of the secret. */
type StepContext = RotationDeps & {
  readonly token: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
};

const arnForm = /^arn:aws[a-z-]*:secretsmanager:us-east-1:[0-9]{12}:secret:(?<name>.+)-\w{6}$/;
/** The name in the ARN of a secret, to which Secrets Manager appends six random characters. */
const nameOf = (secretId: string): string => arnForm.exec(secretId)?.groups?.['name'] ?? secretId;

const isOn = ({ labels, token }: StepContext, stage: string): boolean =>
  labels[token]?.includes(stage) ?? false;

/** Reads the version that this rotation creates; undefined until it has a value. */
const readNewVersion = ({
  versions,
  secretIds,
  token,
}: StepContext): Promise<SecretVersion | undefined> =>
  versions.read(secretIds.roots, { VersionId: token });

async function readCurrent({
  versions,
  crypto,
  secretIds: { roots },
}: StepContext): Promise<SecretVersion> {
  const current = await versions.read(roots, { VersionStage: 'AWSCURRENT' });
  if (current === undefined) throw new Error(`secret ${roots} has no value yet`);
  rootKeyring(crypto, current.text);
  return current;
}

function checkPendingLabel(context: StepContext): void {
  if (!isOn(context, 'AWSPENDING'))
    throw new Error('the version of this rotation does not have the label AWSPENDING');
}

/**
 * Throws unless the pending version is a valid successor of the current one. Before it throws, it removes
 * the label AWSPENDING, because Secrets Manager starts no other rotation while a version has it.
 */
async function checkSuccession(
  context: StepContext,
  current: SecretVersion,
  pending: SecretVersion,
): Promise<void> {
  try {
    checkSuccessor(context.crypto, current.text, pending.text, seconds(context.clock));
  } catch (thrown) {
    await context.versions.move(context.secretIds.roots, 'AWSPENDING', { from: context.token });
    throw thrown;
  }
}

async function createSecret(context: StepContext): Promise<void> {
  if (isOn(context, 'AWSCURRENT')) return;
  checkPendingLabel(context);
  const { crypto, keys, secretIds, token, versions } = context;
  const current = await readCurrent(context);
  const pending = await readNewVersion(context);
  if (pending !== undefined) return checkSuccession(context, current, pending);
  const { text } = withRoot(crypto, current.text, {
    k: keys.rootMaterial(),
    now: seconds(context.clock),
  });
  await versions.put(secretIds.roots, text, { token, stage: 'AWSPENDING' });
}

/** Reads the current and the pending version, and checks the pending one. */
async function readBoth(context: StepContext) {
  checkPendingLabel(context);
  const current = await readCurrent(context);
  const pending = await readNewVersion(context);
  if (pending === undefined) throw new Error('the version of this rotation has no value yet');
  await checkSuccession(context, current, pending);
  return { current, pending };
}

/**
 * Changes nothing yet. If the render function learned of a root key before it is current and the
 * rotation stopped here, it would sign with that key after twenty minutes, and viewers would be refused.
 */
async function setSecret(context: StepContext): Promise<void> {
  if (!isOn(context, 'AWSCURRENT')) await readBoth(context);
}

/** Secrets Manager also calls this when a schedule is created, with a pending version that has no value. */
async function testSecret(context: StepContext): Promise<void> {
  if (isOn(context, 'AWSCURRENT')) return;
  const isAnyPending = Object.values(context.labels).some((stages) =>
    stages.includes('AWSPENDING'),
  );
  if (isAnyPending) checkPendingLabel(context);
  if (!isAnyPending || (await readNewVersion(context)) === undefined) await readCurrent(context);
  else await readBoth(context);
}

/**
 * Moves AWSCURRENT to the new version. It fails and is tried again if an operator writes the roots
 * meanwhile.
 */
async function makeCurrent(context: StepContext): Promise<void> {
  const { current } = await readBoth(context);
  await context.versions.move(context.secretIds.roots, 'AWSCURRENT', {
    from: current.id,
    to: context.token,
  });
}

/** Updates the roots first and then the secret of the render function, in the same order as the command. */
async function finishSecret(context: StepContext): Promise<void> {
  if (!isOn(context, 'AWSCURRENT')) await makeCurrent(context);
  const { crypto, secretIds, token, versions } = context;
  const version = await readNewVersion(context);
  if (version === undefined) throw new Error('the version of this rotation has no value');
  const render = continuationSecret(crypto, version.text);
  await writeSecretIfChanged(secretsWithValues(versions), secretIds.render, render);
  // If the label stayed and an operator then added a root key, no rotation could start again.
  if (isOn(context, 'AWSPENDING'))
    await versions.move(secretIds.roots, 'AWSPENDING', { from: token });
}

const steps: Readonly<Record<RotationStep, (context: StepContext) => Promise<void>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

/** Runs one step of a rotation. Throws an error that says why it cannot. */
export async function runRotationStep(event: unknown, deps: RotationDeps): Promise<void> {
  const { Step, SecretId, ClientRequestToken: token } = readEvent(eventSchema, event);
  const { roots } = deps.secretIds;
  if (nameOf(SecretId) !== roots) throw new Error(`only ${roots} can be rotated`);
  const labels = await deps.versions.labels(roots);
  await steps[Step]({ ...deps, token, labels });
}
