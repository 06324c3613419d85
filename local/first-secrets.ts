import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { continuationSecret, type Keyring, rootKeyring } from '../shared/keyring.ts';
import { limits } from '../shared/limits.ts';
import {
  type PublisherKey,
  type PublisherSecretKey,
  publicHalf,
  readPublisher,
} from '../shared/policy-record.ts';
import type { SecretStore } from '../shared/ports.ts';
import { secretIds } from '../shared/stores/keys.ts';
import { StartFailure } from './settings.ts';

/** What the stack needs to know of its secrets. */
export type PublisherSecrets = {
  readonly keyring: Keyring;
  readonly publisher: () => Promise<PublisherSecretKey>;
};

type KeySet = { readonly keys: readonly { readonly kty: string; readonly kid?: string }[] };

function newRoots(): string {
  const k = randomBytes(limits.rootKeyBytes).toString('base64url');
  return JSON.stringify({ keys: [{ kty: 'oct', kid: 'r1', k }] });
}

function newPublisher(): string {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return JSON.stringify({ kty: 'OKP', crv: 'Ed25519', kid: 'p1', x, d });
}

function opened(secret: string): Keyring {
  try {
    return rootKeyring(nodeCrypto, secret);
  } catch (thrown) {
    throw new StartFailure(
      `${(thrown as Error).message}; put back a backup of the state folder, or start on an empty one.`,
    );
  }
}

/** The key that signs policies, made when there is none. */
async function ensurePublisher(secrets: SecretStore): Promise<PublisherKey> {
  const stored = await secrets.read(secretIds.publisher);
  const secret = stored ?? newPublisher();
  if (stored === undefined) await secrets.write(secretIds.publisher, secret);
  return publicHalf(readPublisher(secret));
}

/** The root keys with the publisher's public key among them. */
function withPublisher(roots: string, publisher: PublisherKey): string {
  const { keys } = JSON.parse(roots) as KeySet;
  return JSON.stringify({ keys: [...keys.filter(({ kty }) => kty !== 'OKP'), publisher] });
}

async function keep(secrets: SecretStore, id: string, text: string): Promise<void> {
  if ((await secrets.read(id)) !== text) await secrets.write(id, text);
}

/**
 * Makes the root keys and the publisher's key when there are none, and the render function's secret
 * from them. Root keys that cannot be read are never replaced: every URL that they have signed would
 * die.
 */
export async function ensureSecrets(secrets: SecretStore): Promise<PublisherSecrets> {
  const stored = (await secrets.read(secretIds.roots)) ?? newRoots();
  opened(stored);
  const publisher = await ensurePublisher(secrets);
  const roots = withPublisher(stored, publisher);
  await keep(secrets, secretIds.roots, roots);
  await keep(secrets, secretIds.render, continuationSecret(nodeCrypto, roots));
  return {
    keyring: opened(roots),
    publisher: async () => readPublisher((await secrets.read(secretIds.publisher)) ?? ''),
  };
}
