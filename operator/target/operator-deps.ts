import { hostname, userInfo } from 'node:os';
import type { AwsAccess, Patience } from '../../shared/adapters/aws-client.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { sourceReaders } from '../../shared/adapters/source-buckets.ts';
import { type Keyring, rootKeyring } from '../../shared/keys/keyring.ts';
import { type PublisherSecretKey, readPublisher } from '../../shared/keys/publisher.ts';
import type { SecretIds } from '../../shared/keys/store.ts';
import type { SourceEntries } from '../../shared/policy/source-entries.ts';
import type { Invalidate, ObjectStore, SecretStore } from '../../shared/ports.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { OperatorFailure } from '../failure.ts';

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

/** The publisher named in the audit trail: SIGNET_OPERATOR, or the account on this machine. */
function operatorName(): string {
  const named = process.env['SIGNET_OPERATOR']?.trim();
  return escapeForTerminal(named || `${userInfo().username}@${hostname()}`).slice(0, 128);
}

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

/** The parts that are the same for every target. */
export function operatorDeps(secrets: SecretStore, secretIds: SecretIds) {
  const keyring = (): Promise<Keyring> => readKeyring(secrets, secretIds);
  return {
    crypto: nodeCrypto,
    clock: systemClock,
    by: operatorName(),
    secrets,
    secretIds,
    keyring,
    publishers: shareResult(async () => (await keyring()).publishers),
    publisher: shareResult(() => readSigner(secrets, secretIds)),
  };
}

/** The own bucket of sources, and those that the deployment lists. */
export function sourceParts(
  access: AwsAccess,
  sources: ObjectStore,
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
