import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { nodeKeys } from '../shared/adapters/random.ts';
import {
  ensureSecrets as ensureSecretsIn,
  type PublisherSecrets,
} from '../shared/keys/first-secrets.ts';
import { secretIds } from '../shared/keys/store.ts';
import { type ObjectStore, PortFailure, type SecretStore } from '../shared/ports.ts';
import { trailNames } from '../shared/versions/audit.ts';
import { tenantNames } from '../shared/versions/tenants.ts';
import { secretFile } from './secrets/secret-store.ts';
import { StartFailure } from './start-failure.ts';

/**
 * Throws `StartFailure` if the root keys are lost while there are tenants: new ones would refuse every URL of theirs, and
 * nothing could be published.
 */
async function checkRoots(secrets: SecretStore, { config, folder }: SecretsState): Promise<void> {
  if ((await secrets.read(secretIds.roots)) !== undefined) return;
  const tenants = new Set([...(await tenantNames(config)), ...(await trailNames(config))]);
  if (tenants.size === 0) return;
  throw new StartFailure(
    `The secret ${secretIds.roots} (${secretFile(folder, secretIds.roots)}) is lost, and ${tenants.size} tenants exist that need it; restore the file, or: npx signet doctor --repair --from FOLDER, with a copy of the state folder; to start anew, choose an empty folder: SIGNET_HOME=/path npm start`,
  );
}

/** What else a state folder has: its policies, and the folder of its secrets. */
export type SecretsState = { readonly config: ObjectStore; readonly folder: string };

/** Creates the first secrets of a state folder. Throws `StartFailure` if a stored secret is invalid or lost. */
export async function ensureLocalSecrets(
  secrets: SecretStore,
  state: SecretsState,
): Promise<PublisherSecrets> {
  await checkRoots(secrets, state);
  try {
    return await ensureSecretsIn({ crypto: nodeCrypto, secrets, secretIds, keys: nodeKeys });
  } catch (thrown) {
    if (thrown instanceof PortFailure) throw thrown;
    throw new StartFailure(
      `${(thrown as Error).message}; restore it from a copy of the state folder: npx signet doctor --repair --from FOLDER, or start with an empty one.`,
    );
  }
}
