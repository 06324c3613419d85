import { systemClock } from '../shared/adapters/clock.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { s3Client, s3Store } from '../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../shared/adapters/secrets-manager.ts';
import {
  type LocalInstance,
  localAccess,
  localBuckets,
} from '../shared/deployment/local-endpoints.ts';
import { rootKeyring } from '../shared/keys/keyring.ts';
import { secretIds } from '../shared/keys/store.ts';
import { policyFields } from '../shared/policy/fields.ts';
import type { ObjectStore, SecretStore } from '../shared/ports.ts';
import type { Signer } from '../shared/request/mint.ts';
import { isAuditKey } from '../shared/versions/bucket.ts';
import type { Publishing } from '../shared/versions/publishing.ts';
import type { CloudFront } from './cloudfront/server.ts';
import { consoleAddress } from './console.ts';
import { localPage } from './demo/page.ts';
import { demoSigner, ensureDemo } from './demo/tenant.ts';
import { ensureLocalSecrets, type SecretsState } from './first-secrets.ts';
import { localRoles, type Roles } from './roles.ts';
import type { ObjectChange } from './s3/server.ts';
import {
  type Closing,
  checkPorts,
  type Log,
  type Opening,
  openAccessLog,
  openCloudFront,
  openInvalidations,
  openPurges,
  openS3,
  openSecrets,
  secretsFolder,
} from './services.ts';
import type { LocalSettings } from './settings.ts';
import { makeFolder } from './state/durable-file.ts';
import { claimFolder } from './state/instance.ts';
import type { PurgeQueue } from './state/purge-queue.ts';

export type Stack = LocalInstance & {
  /** The signer of the demo tenant. */
  readonly demo: () => Promise<Signer>;
  readonly counts: CloudFront['counts'];
  /** The file of the access log. */
  readonly accessLog: string;
  readonly close: () => Promise<void>;
};

/** Short timeouts, because all services are local. */
const patience = { connectionTimeout: 2_000, requestTimeout: 20_000, maxAttempts: 2 };

/** Closes the parts in the reverse order of opening. */
async function closeAll(closings: readonly Closing[]): Promise<void> {
  for (const close of closings.toReversed()) await close();
}

/** A promise that is resolved later. S3 starts before the purge queue, and its changes wait for it. */
function createDeferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolvePromise) => {
    resolve = resolvePromise;
  });
  return { promise, resolve };
}

/** Whether a change publishes a version. It counts from the moment at which the audit trail has it. */
const isPublish = ({ bucket, key }: ObjectChange): boolean =>
  bucket === localBuckets.config && isAuditKey(key);

type Stores = { readonly [Name in keyof typeof localBuckets]: ObjectStore };

function openStores(instance: LocalInstance): Stores {
  const client = s3Client(localAccess(instance, 's3'), patience);
  return {
    sources: s3Store(client, localBuckets.sources),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
  };
}

/** What the stack needs to publish policies itself. */
async function createPublishing(secrets: SecretStore, state: SecretsState): Promise<Publishing> {
  const { keyring, publisher } = await ensureLocalSecrets(secrets, state);
  const { config } = state;
  const publishers = async () => keyring.publishers;
  return {
    crypto: nodeCrypto,
    config,
    publishers,
    publisher,
    clock: systemClock,
    by: async () => 'npm start',
  };
}

const keyringOf = async (secrets: SecretStore) =>
  rootKeyring(nodeCrypto, (await secrets.read(secretIds.roots)) ?? '');

/** Opens the parts of the stack, in the order of their dependencies. */
async function openParts(opening: Opening): Promise<Omit<Stack, 'close'>> {
  const { host } = opening.settings;
  const queue = createDeferred<PurgeQueue>();
  const running = createDeferred<CloudFront>();
  const s3 = await openS3(opening, queue.promise, (change) => {
    // A deployed function learns of it within a minute. Here it starts anew before the change is acknowledged.
    if (isPublish(change)) void running.promise.then((cdn) => cdn.replaceContainers());
  });
  let distribution: CloudFront | undefined;
  // A deployed function learns of new keys within 15 minutes. Before the distribution runs, no function has any.
  const secretsManagerPort = await openSecrets(opening, () => distribution?.replaceContainers());
  const early = {
    pid: process.pid,
    host,
    ports: { cdn: 0, cloudFront: 0, s3, secretsManager: secretsManagerPort },
  };
  const stores = openStores(early);
  // Before the distribution runs, its cache is empty and there is nothing to invalidate.
  const purges = await openPurges(opening, stores, async (tags) => {
    distribution?.invalidate(tags.map((tag) => `#${tag}`));
  });
  queue.resolve(purges);
  const secrets = secretsManager(secretsClient(localAccess(early, 'secretsManager'), patience));
  const publishing = await createPublishing(secrets, {
    config: stores.config,
    folder: secretsFolder(opening.settings),
  });
  const { newest } = await keyringOf(secrets);
  const demo = async () => demoSigner(publishing, await keyringOf(secrets));
  const accessLog = await openAccessLog(opening);
  const [cloudFront] = await Promise.all([
    openCloudFront(opening, early, accessLog, async () =>
      localPage(await demo(), consoleAddress(opening.settings)),
    ),
    ensureDemo(stores.sources, publishing, newest),
  ]);
  distribution = cloudFront;
  running.resolve(cloudFront);
  const api = await openInvalidations(opening, cloudFront);
  void purges.resume();
  const ports = { ...early.ports, cdn: cloudFront.port, cloudFront: api };
  const { corsOrigins = [], disabledFormats = [], sources = {} } = opening.settings;
  const facts = { policyFields: policyFields(), corsOrigins, disabledFormats, sources };
  const files = { accessLog: accessLog.path };
  return { ...early, ports, ...facts, ...files, demo, counts: cloudFront.counts };
}

/**
 * Starts the whole service on a state folder. Throws `StartFailure` for errors that the user can correct.
 * On a failure it closes the parts that were opened.
 */
export async function startStack(
  settings: LocalSettings,
  log: Log,
  roles: Roles = localRoles(settings.sources),
): Promise<Stack> {
  const claim = await claimFolder(settings.home);
  const closings: Closing[] = [claim.release];
  try {
    await checkPorts(settings);
    await makeFolder(settings.home);
    const stack = await openParts({ settings, roles, log, closings });
    await claim.announce(stack);
    return { ...stack, close: () => closeAll(closings) };
  } catch (thrown) {
    await closeAll(closings);
    throw thrown;
  }
}
