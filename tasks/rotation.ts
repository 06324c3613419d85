import * as v from 'valibot';
import { type FirstKeys, keepSecret } from '../shared/keys/first-secrets.ts';
import { continuationSecret, rootKeyring } from '../shared/keys/keyring.ts';
import { checkSuccessor, withRoot } from '../shared/keys/roots.ts';
import { secretIds } from '../shared/keys/store.ts';
import type { Clock, Crypto } from '../shared/ports.ts';
import { seconds } from '../shared/ports.ts';
import { type SecretVersion, type SecretVersions, secretsWithValues } from './secret-versions.ts';
import { readEvent } from './sentence.ts';

/*
 * A rotation of the root keys: one more, as `signet keys rotate` adds one; none goes. Secrets Manager
 * asks for it in four steps, any of them more than once, and starts over when one fails.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */

export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof rotationSteps)[number];

const eventSchema = v.object({
  Step: v.picklist(rotationSteps),
  SecretId: v.string(),
  ClientRequestToken: v.pipe(v.string(), v.minLength(32), v.maxLength(64)),
});

export type Rotating = {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly keys: Pick<FirstKeys, 'rootMaterial'>;
  readonly versions: SecretVersions;
};

/** One step of one rotation, and who carries which label. */
type Turn = Rotating & {
  readonly token: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
};

const { roots } = secretIds;
/** As Secrets Manager names it: six random letters follow the name. */
const rootsArn = /^arn:aws[a-z-]*:secretsmanager:us-east-1:[0-9]{12}:secret:signet\/roots-\w{6}$/;

const isOn = ({ labels, token }: Turn, stage: string): boolean =>
  labels[token]?.includes(stage) ?? false;

/** The version that this rotation makes; without a value until it has been created. */
const readOwn = ({ versions, token }: Turn): Promise<SecretVersion | undefined> =>
  versions.read(roots, { VersionId: token });

async function readCurrent({ versions, crypto }: Turn): Promise<SecretVersion> {
  const current = await versions.read(roots, { VersionStage: 'AWSCURRENT' });
  if (current === undefined) throw new Error(`secret ${roots} has no value yet`);
  rootKeyring(crypto, current.text);
  return current;
}

function checkPending(turn: Turn): void {
  if (!isOn(turn, 'AWSPENDING'))
    throw new Error('the version of this rotation is not the one that is pending');
}

/**
 * Throws unless what is pending may follow what is current, and then takes the label off it: while it
 * is on a version that is not current, Secrets Manager begins no other rotation.
 */
async function checkOwn(turn: Turn, current: SecretVersion, own: SecretVersion): Promise<void> {
  try {
    checkSuccessor(turn.crypto, current.text, own.text, seconds(turn.clock));
  } catch (thrown) {
    await turn.versions.move(roots, 'AWSPENDING', { from: turn.token });
    throw thrown;
  }
}

async function createSecret(turn: Turn): Promise<void> {
  if (isOn(turn, 'AWSCURRENT')) return;
  checkPending(turn);
  const { crypto, keys, token, versions } = turn;
  const current = await readCurrent(turn);
  const own = await readOwn(turn);
  if (own !== undefined) return checkOwn(turn, current, own);
  const { text } = withRoot(crypto, current.text, {
    k: keys.rootMaterial(),
    now: seconds(turn.clock),
  });
  await versions.put(roots, text, { token, stage: 'AWSPENDING' });
}

/** The current roots and those that follow them. */
async function readBoth(turn: Turn) {
  checkPending(turn);
  const current = await readCurrent(turn);
  const own = await readOwn(turn);
  if (own === undefined) throw new Error('the version of this rotation has no value yet');
  await checkOwn(turn, current, own);
  return { current, own };
}

/**
 * Tells nobody yet. Were the render function to learn of a root before it is current and the
 * rotation to stop here, it would sign with it after twenty minutes, and viewers would be refused.
 */
async function setSecret(turn: Turn): Promise<void> {
  if (!isOn(turn, 'AWSCURRENT')) await readBoth(turn);
}

/** Runs also when a schedule is made, with a version that is pending and never had a value. */
async function testSecret(turn: Turn): Promise<void> {
  if (isOn(turn, 'AWSCURRENT')) return;
  const pending = Object.values(turn.labels).some((stages) => stages.includes('AWSPENDING'));
  if (pending) checkPending(turn);
  if (!pending || (await readOwn(turn)) === undefined) await readCurrent(turn);
  else await readBoth(turn);
}

/** Refused, and then tried again, where an operator has written the roots in this moment. */
async function makeCurrent(turn: Turn): Promise<void> {
  const { current } = await readBoth(turn);
  await turn.versions.move(roots, 'AWSCURRENT', { from: current.id, to: turn.token });
}

/** The roots first, then what the render function may know of them, as an operator's command does. */
async function finishSecret(turn: Turn): Promise<void> {
  if (!isOn(turn, 'AWSCURRENT')) await makeCurrent(turn);
  const { crypto, token, versions } = turn;
  const own = await readOwn(turn);
  if (own === undefined) throw new Error('the version of this rotation has no value');
  const render = continuationSecret(crypto, own.text);
  await keepSecret(secretsWithValues(versions), secretIds.render, render);
  // Left on, it would stay behind when an operator adds a root, and no rotation would begin again.
  if (isOn(turn, 'AWSPENDING')) await versions.move(roots, 'AWSPENDING', { from: token });
}

const steps: Readonly<Record<RotationStep, (turn: Turn) => Promise<void>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

/** Does one step of a rotation. Throws a sentence for whatever keeps it from being done. */
export async function runRotationStep(event: unknown, deps: Rotating): Promise<void> {
  const { Step, SecretId, ClientRequestToken: token } = readEvent(eventSchema, event);
  if (SecretId !== roots && !rootsArn.test(SecretId))
    throw new Error(`only ${roots} is rotated; what is in the others follows from other things`);
  const labels = await deps.versions.labels(roots);
  await steps[Step]({ ...deps, token, labels });
}
