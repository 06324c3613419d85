import { hostname, userInfo } from 'node:os';
import type { AwsAccess, Patience } from '../../shared/adapters/aws-client.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { sourceReaders } from '../../shared/adapters/source-buckets.ts';
import { type Keyring, rootKeyring } from '../../shared/keys/keyring.ts';
import {
  type PublisherKey,
  type PublisherSecretKey,
  readPublisher,
} from '../../shared/keys/publisher.ts';
import type { SecretIds } from '../../shared/keys/store.ts';
import type { SourceEntries } from '../../shared/policy/source-entries.ts';
import {
  type DescribedStore,
  type Invalidate,
  PortFailure,
  type SecretStore,
} from '../../shared/ports.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { confirmedAuthor, looksConfirmed } from '../../shared/versions/author.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';

/** Short connection timeouts, because a person is waiting; long requests, because uploads reach 50 MB. */
export const patience: Patience = {
  connectionTimeout: 2_000,
  requestTimeout: 60_000,
  maxAttempts: 2,
};

async function readSecret(secrets: SecretStore, id: string): Promise<string> {
  const text = await secrets.read(id);
  if (text === undefined) throw new OperatorFailure('not_found', `there is no secret ${id}`);
  return text;
}

const readKeyring = async (secrets: SecretStore, secretIds: SecretIds): Promise<Keyring> =>
  rootKeyring(nodeCrypto, await readSecret(secrets, secretIds.roots));

const readSigner = async (
  secrets: SecretStore,
  secretIds: SecretIds,
): Promise<PublisherSecretKey> => readPublisher(await readSecret(secrets, secretIds.publisher));

/** The name in SIGNET_OPERATOR; undefined without it. Throws `usage` for one that looks like an identity of AWS. */
function declaredName(): string | undefined {
  const named = process.env['SIGNET_OPERATOR']?.trim();
  if (!named) return undefined;
  if (looksConfirmed(named))
    throw usageFailure(
      'SIGNET_OPERATOR begins with arn:, as only an identity does that AWS confirms; write a name, or unset it',
    );
  return escapeForTerminal(named).slice(0, 128);
}

/**
 * The publisher named in the audit trail: the identity that AWS confirms, with SIGNET_OPERATOR beside it. Where there
 * is no such identity, or AWS does not tell, SIGNET_OPERATOR or the account on this machine.
 */
async function authorName(readIdentity: ReadIdentity): Promise<string> {
  const name = declaredName();
  const arn = await readIdentity();
  if (arn !== undefined) return confirmedAuthor(arn, name);
  return name ?? escapeForTerminal(`${userInfo().username}@${hostname()}`).slice(0, 128);
}

/** Reads the ARN of the caller; undefined if there is none, or if it cannot be read. */
export type ReadIdentity = () => Promise<string | undefined>;

/** Calls `read` once and shares its result. After a failure the next call reads again. */
export function shareResult<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().catch((thrown: unknown) => {
      reading = undefined;
      throw thrown;
    });
    return reading;
  };
}

/** What a deployed stack knows besides. */
export type StackKnowledge = {
  readonly readIdentity: ReadIdentity;
  /** The keys that verify policies, as of the last deployment. */
  readonly publishers: readonly PublisherKey[] | undefined;
};

const noStack: StackKnowledge = { readIdentity: async () => undefined, publishers: undefined };

/** The keys that verify policies. Those who may not read the root keys use the ones that the stack names. */
async function readPublishers(
  keyring: () => Promise<Keyring>,
  known: StackKnowledge['publishers'],
): Promise<readonly PublisherKey[]> {
  try {
    return (await keyring()).publishers;
  } catch (thrown) {
    const isDenied = thrown instanceof PortFailure && thrown.error?.denied !== undefined;
    if (isDenied && known !== undefined) return known;
    throw thrown;
  }
}

/** The parts that are the same for every target. */
export function operatorDeps(
  secrets: SecretStore,
  secretIds: SecretIds,
  { readIdentity, publishers }: StackKnowledge = noStack,
) {
  const keyring = (): Promise<Keyring> => readKeyring(secrets, secretIds);
  return {
    crypto: nodeCrypto,
    clock: systemClock,
    by: shareResult(() => authorName(readIdentity)),
    secrets,
    secretIds,
    keyring,
    publishers: shareResult(() => readPublishers(keyring, publishers)),
    publisher: shareResult(() => readSigner(secrets, secretIds)),
  };
}

/** The own bucket of sources, and those that the deployment lists. */
export function sourceParts(
  access: AwsAccess,
  sources: DescribedStore,
  sourceEntries: () => Promise<SourceEntries>,
) {
  const open = async () => sourceReaders(sources, await sourceEntries(), { access, patience });
  return { sources, sourceEntries, sourceReaders: shareResult(open) };
}

/** Invalidates with CloudFront's client. Few commands invalidate, so the client is loaded then. */
export const invalidateIn =
  (access: AwsAccess, distribution: string): Invalidate =>
  async (tags) => {
    const { createInvalidate } = await import('../../shared/adapters/cloudfront.ts');
    await createInvalidate(access, patience, distribution)(tags);
  };
