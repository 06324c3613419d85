import type { Crypto, SecretStore } from '../ports.ts';
import { continuationSecret, type Keyring, rootKeyring } from './keyring.ts';
import {
  type PublisherKey,
  type PublisherSecretKey,
  publicHalf,
  readPublisher,
} from './publisher.ts';
import { secretIds } from './store.ts';

/** Where new keys come from. */
export type FirstKeys = {
  /** Material for a root key: 32 random bytes as unpadded base64url. */
  readonly rootMaterial: () => string;
  /** A new Ed25519 key: its private half and its public one, each as unpadded base64url. */
  readonly publisher: () => { readonly d: string; readonly x: string };
};

export type FirstSecrets = {
  readonly crypto: Crypto;
  readonly secrets: SecretStore;
  readonly keys: FirstKeys;
};

/** What there is once the secrets are. */
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
 * The key that signs policies, made when there is none. Where functions know one already it has been
 * lost: with another they would believe no policy that was ever published.
 */
async function ensurePublisher(
  { secrets, keys }: FirstSecrets,
  known: Publishers,
): Promise<PublisherKey> {
  const stored = await secrets.read(secretIds.publisher);
  if (stored !== undefined) return publicHalf(readPublisher(stored));
  if (known.length > 0)
    throw new Error(
      `secret ${secretIds.publisher} is gone, but policies are signed with the key that was in it`,
    );
  const made = newPublisher(keys);
  await secrets.write(secretIds.publisher, made);
  return publicHalf(readPublisher(made));
}

/** The root keys with the publisher's public key among them; as they were if it is there already. */
function withPublisher(roots: string, known: Publishers, publisher: PublisherKey): string {
  const namesake = known.find(({ kid }) => kid === publisher.kid);
  if (namesake?.x === publisher.x) return roots;
  if (namesake !== undefined)
    throw new Error(
      `secrets ${secretIds.roots} and ${secretIds.publisher} mean different keys by ${publisher.kid}`,
    );
  const { keys } = JSON.parse(roots) as { readonly keys: readonly object[] };
  return JSON.stringify({ keys: [...keys, publisher] });
}

/** Writes a secret unless it is so already: every write is a version more. */
export async function keepSecret(secrets: SecretStore, id: string, text: string): Promise<void> {
  if ((await secrets.read(id)) !== text) await secrets.write(id, text);
}

/**
 * Makes the root keys and the publisher's key when there are none, and the render function's secret
 * from them; a run that was cut is completed by the next. Throws a sentence for keys that cannot be
 * read and never replaces them: every URL that they have signed would die.
 */
export async function ensureSecrets(deps: FirstSecrets): Promise<PublisherSecrets> {
  const { crypto, secrets, keys } = deps;
  const stored = (await secrets.read(secretIds.roots)) ?? newRoots(keys);
  const { publishers: known } = rootKeyring(crypto, stored);
  // Invariant: the publisher's key is written before the roots name it, so a cut leaves none lost.
  const publisher = await ensurePublisher(deps, known);
  const roots = withPublisher(stored, known, publisher);
  await keepSecret(secrets, secretIds.roots, roots);
  await keepSecret(secrets, secretIds.render, continuationSecret(crypto, roots));
  return {
    keyring: rootKeyring(crypto, roots),
    publisher: async () => readPublisher((await secrets.read(secretIds.publisher)) ?? ''),
  };
}
