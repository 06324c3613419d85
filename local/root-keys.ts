import { randomBytes } from 'node:crypto';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { continuationSecret, type Keyring, rootKeyring } from '../shared/keyring.ts';
import { limits } from '../shared/limits.ts';
import type { SecretStore } from '../shared/ports.ts';
import { secretIds } from '../shared/stores/keys.ts';
import { StartFailure } from './settings.ts';

function newRoots(): string {
  const k = randomBytes(limits.rootKeyBytes).toString('base64url');
  return JSON.stringify({ keys: [{ kty: 'oct', kid: 'r1', k }] });
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

/**
 * Makes the root keys when there are none, and the render function's secret from them. Root keys
 * that cannot be read are never replaced: every URL that they have signed would die.
 */
export async function ensureRootKeys(secrets: SecretStore): Promise<Keyring> {
  const stored = await secrets.read(secretIds.roots);
  const roots = stored ?? newRoots();
  const keyring = opened(roots);
  if (stored === undefined) await secrets.write(secretIds.roots, roots);
  const render = continuationSecret(nodeCrypto, roots);
  if ((await secrets.read(secretIds.render)) !== render)
    await secrets.write(secretIds.render, render);
  return keyring;
}
