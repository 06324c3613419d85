import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { nodeKeys } from '../shared/adapters/random.ts';
import {
  ensureSecrets as ensureSecretsIn,
  type PublisherSecrets,
} from '../shared/keys/first-secrets.ts';
import { secretIds } from '../shared/keys/store.ts';
import { PortFailure, type SecretStore } from '../shared/ports.ts';
import { StartFailure } from './start-failure.ts';

/** Creates the first secrets of a state folder. Throws `StartFailure` if a stored secret is invalid. */
export async function ensureLocalSecrets(secrets: SecretStore): Promise<PublisherSecrets> {
  try {
    return await ensureSecretsIn({ crypto: nodeCrypto, secrets, secretIds, keys: nodeKeys });
  } catch (thrown) {
    if (thrown instanceof PortFailure) throw thrown;
    throw new StartFailure(
      `${(thrown as Error).message}; restore a backup of the state folder, or start with an empty one.`,
    );
  }
}
