import type { Crypto, SecretStore } from '../ports.ts';
import { continuationSecret, type Keyring, rootKeyring } from './keyring.ts';
import {
  type PublisherKey,
  type PublisherSecretKey,
  publicHalf,
  readPublisher,
} from './publisher.ts';
import type { SecretIds } from './store.ts';

/** Generates new keys. */
export type FirstKeys = {
  /** The material of a root key: 32 random bytes as unpadded base64url. */
  readonly rootMaterial: () => string;
  /** A new Ed25519 key: its private half `d` and its public half `x` as unpadded base64url. */
  readonly publisher: () => { readonly d: string; readonly x: string };
};

export type FirstSecrets = {
  readonly crypto: Crypto;
  readonly secrets: SecretStore;
  readonly secretIds: SecretIds;
  readonly keys: FirstKeys;
};

/** The keys in the secrets. */
export type PublisherSecrets = {
  readonly keyring: Keyring;
  readonly publisher: () => Promise<PublisherSecretKey>;
};

type Publishers = readonly PublisherKey[];

function newRoots({ rootMaterial }: FirstKeys): string {
  return JSON.stringify({ keys: [{ kty: 'oct', kid: 'r1', k: rootMaterial() }] });
}

function newPublisher({ publisher }: FirstKeys): string {
  return JSON.stringify({ kty: 'OKP', crv: 'Ed25519', kid: 'p1', ...publisher() });
}

/**
 * Returns the key that signs policies and creates it if there is none. If functions already know one,
 * the secret was lost. A new key would invalidate every published policy, so this throws.
 */
async function ensurePublisher(
  { secrets, secretIds, keys }: FirstSecrets,
  known: Publishers,
): Promise<PublisherKey> {
  const stored = await secrets.read(secretIds.publisher);
  if (stored !== undefined) return publicHalf(readPublisher(stored));
  if (known.length > 0)
    throw new Error(
      `secret ${secretIds.publisher} is missing, but policies are signed with its key; restore it`,
    );
  const made = newPublisher(keys);
  await secrets.write(secretIds.publisher, made);
  return publicHalf(readPublisher(made));
}

/** Adds the public key of the publisher to the root keys, unless it is there already. */
function withPublisher(
  { secretIds }: FirstSecrets,
  roots: string,
  known: Publishers,
  publisher: PublisherKey,
): string {
  const namesake = known.find(({ kid }) => kid === publisher.kid);
  if (namesake?.x === publisher.x) return roots;
  if (namesake !== undefined)
    throw new Error(
      `secrets ${secretIds.roots} and ${secretIds.publisher} have different keys with the kid ${publisher.kid}`,
    );
  const { keys } = JSON.parse(roots) as { readonly keys: readonly object[] };
  return JSON.stringify({ keys: [...keys, publisher] });
}

/** Writes a secret unless it has this value, because every write adds a version. */
export async function writeSecretIfChanged(
  secrets: SecretStore,
  id: string,
  text: string,
): Promise<void> {
  if ((await secrets.read(id)) !== text) await secrets.write(id, text);
}

/**
 * Creates the root keys and the publisher's key if there are none, and derives the secret of the render
 * function. The next run completes an interrupted one. Throws for unreadable keys and never replaces
 * them, because every URL that they signed would become invalid.
 */
export async function ensureSecrets(deps: FirstSecrets): Promise<PublisherSecrets> {
  const { crypto, secrets, secretIds, keys } = deps;
  const stored = (await secrets.read(secretIds.roots)) ?? newRoots(keys);
  const { publishers: known } = rootKeyring(crypto, stored);
  // Invariant: the publisher's key is written before the roots name it, so an interruption loses no key.
  const publisher = await ensurePublisher(deps, known);
  const roots = withPublisher(deps, stored, known, publisher);
  await writeSecretIfChanged(secrets, secretIds.roots, roots);
  await writeSecretIfChanged(secrets, secretIds.render, continuationSecret(crypto, roots));
  return {
    keyring: rootKeyring(crypto, roots),
    publisher: async () => readPublisher((await secrets.read(secretIds.publisher)) ?? ''),
  };
}
