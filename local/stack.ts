import path from 'node:path';
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
import type { Publishing } from '../shared/versions/publishing.ts';
import type { CloudFront } from './cloudfront/server.ts';
import { localPage } from './demo/page.ts';
import { demoSigner, ensureDemo } from './demo/tenant.ts';
import { ensureLocalSecrets } from './first-secrets.ts';
import { localRoles } from './roles.ts';
import {
  type Closing,
  type Log,
  type Opening,
  openCloudFront,
  openInvalidations,
  openS3,
  openSecrets,
} from './services.ts';
import type { LocalSettings } from './settings.ts';
import { makeFolder } from './state/durable-file.ts';
import { claimFolder } from './state/instance.ts';
import { openPurgeQueue, type PurgeQueue } from './state/purge-queue.ts';

export type Stack = LocalInstance & {
  /** Who signs for the demo tenant. */
  readonly demo: () => Promise<Signer>;
  readonly counts: CloudFront['counts'];
  readonly close: () => Promise<void>;
};

/** Local clients meet nothing slower than this machine. */
const patience = { connectionTimeout: 2_000, requestTimeout: 20_000, maxAttempts: 2 };

/** Closes in the opposite order of opening; every part gets its chance. */
async function closeAll(closings: readonly Closing[]): Promise<void> {
  for (const close of closings.toReversed()) await close();
}

/** S3 answers before the queue that it reports to can be opened; changes wait for that. */
function createPromise<T>(): { readonly value: Promise<T>; readonly keep: (value: T) => void } {
  let keep: (value: T) => void = () => undefined;
  const value = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { value, keep };
}

type Stores = { readonly [Name in keyof typeof localBuckets]: ObjectStore };

function openStores(instance: LocalInstance): Stores {
  const client = s3Client(localAccess(instance, 's3'), patience);
  return {
    sources: s3Store(client, localBuckets.sources),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
  };
}

/** What the stack publishes with, in its own name. */
async function createPublishing(secrets: SecretStore, config: ObjectStore): Promise<Publishing> {
  const { keyring, publisher } = await ensureLocalSecrets(secrets);
  const publishers = async () => keyring.publishers;
  return { crypto: nodeCrypto, config, publishers, publisher, clock: systemClock, by: 'npm start' };
}

const keyringOf = async (secrets: SecretStore) =>
  rootKeyring(nodeCrypto, (await secrets.read(secretIds.roots)) ?? '');

/** The parts that have to exist before a request can be served, in the order they need each other. */
async function open(opening: Opening): Promise<Omit<Stack, 'close'>> {
  const { settings, log, closings } = opening;
  const { host, home } = settings;
  const queue = createPromise<PurgeQueue>();
  const s3 = await openS3(opening, queue.value);
  const secretsManagerPort = await openSecrets(opening);
  const early = {
    pid: process.pid,
    host,
    ports: { cdn: 0, cloudFront: 0, s3, secretsManager: secretsManagerPort },
  };
  const stores = openStores(early);
  let front: CloudFront | undefined;
  const purges = await openPurgeQueue({
    folder: path.join(home, 'purges'),
    stores: {
      crypto: nodeCrypto,
      derivatives: stores.derivatives,
      // Before the distribution runs, its cache is empty.
      invalidate: async (tags) => void front?.invalidate(tags.map((tag) => `#${tag}`)),
    },
    buckets: localBuckets,
    log,
  });
  closings.push(purges.close);
  queue.keep(purges);
  const secrets = secretsManager(secretsClient(localAccess(early, 'secretsManager'), patience));
  const publishing = await createPublishing(secrets, stores.config);
  const { newest } = await keyringOf(secrets);
  const demo = async () => demoSigner(publishing, await keyringOf(secrets));
  const [cloudFront] = await Promise.all([
    openCloudFront(opening, early, async () => localPage(await demo())),
    ensureDemo(stores.sources, publishing, newest),
  ]);
  front = cloudFront;
  const api = await openInvalidations(opening, cloudFront);
  void purges.resume();
  const ports = { ...early.ports, cdn: cloudFront.port, cloudFront: api };
  return { ...early, ports, policyFields: policyFields(), demo, counts: cloudFront.counts };
}

/**
 * Starts the whole service on a state folder. Throws `StartFailure` for what the person at the
 * keyboard can put right; whatever was opened by then is closed again.
 */
export async function startStack(settings: LocalSettings, log: Log): Promise<Stack> {
  const claim = await claimFolder(settings.home);
  const closings: Closing[] = [claim.release];
  try {
    await makeFolder(settings.home);
    const stack = await open({ settings, roles: localRoles(), log, closings });
    await claim.announce(stack);
    return { ...stack, close: () => closeAll(closings) };
  } catch (thrown) {
    await closeAll(closings);
    throw thrown;
  }
}
