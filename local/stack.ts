import path from 'node:path';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import {
  defaultPort,
  type LocalInstance,
  type LocalService,
  localAccess,
  localBuckets,
  portOffsets,
} from '../shared/adapters/local-target.ts';
import { s3Client, s3Store } from '../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../shared/adapters/secrets-manager.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { ObjectStore } from '../shared/ports.ts';
import { purgeRequested } from '../shared/stores/purge.ts';
import { startInvalidationApi } from './cloudfront/invalidation-api.ts';
import { type CloudFront, startCloudFront } from './cloudfront/server.ts';
import { ensureDemo } from './demo-tenant.ts';
import { makeFolder } from './durable-file.ts';
import { bundleLocalFunctions, edgeFunctions } from './edge-functions.ts';
import { claimFolder } from './instance.ts';
import { localPage } from './page.ts';
import { openPurgeQueue, type PurgeQueue } from './purge-queue.ts';
import { localRoles, type Roles } from './roles.ts';
import { ensureRootKeys } from './root-keys.ts';
import { type ObjectChange, startS3 } from './s3/server.ts';
import { startSecretsManager } from './secrets/server.ts';
import { type Settings, StartFailure } from './settings.ts';

export type Stack = LocalInstance & {
  readonly keyring: Keyring;
  readonly counts: CloudFront['counts'];
  readonly close: () => Promise<void>;
};

type Closing = () => Promise<void>;
type Log = (line: string) => void;

/** Local clients meet nothing slower than this machine. */
const patience = { connectionTimeout: 2_000, requestTimeout: 20_000, maxAttempts: 2 };

function portFor(settings: Settings, service: LocalService): number {
  return settings.port === 0 ? 0 : settings.port + portOffsets[service];
}

/** Another range of ports that fits. */
const elsewhere = ({ port }: Settings): number => (port > 60_000 ? defaultPort : port + 1_000);

/** Words the failures that everybody meets: something else listens there, or nothing may. */
async function listening<T>(settings: Settings, service: LocalService, start: Promise<T>) {
  try {
    return await start;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const port = portFor(settings, service);
    if (code === 'EADDRINUSE')
      throw new StartFailure(
        `Port ${port} is in use; take others with: SIGNET_PORT=${elsewhere(settings)} npm start`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND')
      throw new StartFailure(
        `Cannot listen on ${settings.host} port ${port} (${code}); check SIGNET_BIND and SIGNET_PORT.`,
      );
    throw thrown;
  }
}

/** Closes in the opposite order of opening; every part gets its chance. */
async function closeAll(closings: readonly Closing[]): Promise<void> {
  for (const close of closings.toReversed()) await close();
}

/** S3 answers before the queue that it reports to can be opened; changes wait for that. */
function promised<T>(): { readonly value: Promise<T>; readonly keep: (value: T) => void } {
  let keep: (value: T) => void = () => undefined;
  const value = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { value, keep };
}

type Opening = {
  readonly settings: Settings;
  readonly roles: Roles;
  readonly log: Log;
  readonly closings: Closing[];
};

/** The source whose derivatives a change makes wrong: it changed itself, or somebody asked. */
function purgedBy({ bucket, key, kind }: ObjectChange): string | undefined {
  if (bucket === localBuckets.sources) return key;
  const asked = bucket === localBuckets.config && kind === 'created';
  return asked ? purgeRequested(key) : undefined;
}

async function openS3({ settings, roles, log, closings }: Opening, queue: Promise<PurgeQueue>) {
  const s3 = await listening(
    settings,
    's3',
    startS3({
      folder: path.join(settings.home, 's3'),
      host: settings.host,
      port: portFor(settings, 's3'),
      buckets: Object.values(localBuckets),
      identities: Object.values(roles),
      beforeChange: async (change) => {
        const key = purgedBy(change);
        if (key !== undefined) await (await queue).note(key);
      },
      afterChange: async (change) => {
        const key = purgedBy(change);
        if (key !== undefined) await (await queue).changed(key);
      },
      log,
    }),
  );
  closings.push(s3.close);
  return s3.port;
}

async function openSecrets({ settings, roles, closings }: Opening): Promise<number> {
  const secrets = await listening(
    settings,
    'secretsManager',
    startSecretsManager({
      folder: path.join(settings.home, 'secrets'),
      host: settings.host,
      port: portFor(settings, 'secretsManager'),
      identities: Object.values(roles),
    }),
  );
  closings.push(secrets.close);
  return secrets.port;
}

async function openCloudFront(
  { settings, roles, log, closings }: Opening,
  instance: LocalInstance,
  page: () => ReturnType<typeof localPage>,
): Promise<CloudFront> {
  const bundles = await bundleLocalFunctions(
    path.join(settings.home, 'functions'),
    instance,
    roles,
  );
  const { accessKeyId, secretAccessKey } = roles.cloudFront;
  const cloudFront = await listening(
    settings,
    'cdn',
    startCloudFront({
      host: settings.host,
      port: portFor(settings, 'cdn'),
      ...edgeFunctions(bundles),
      origin: {
        host: settings.host,
        port: instance.ports.s3,
        bucket: localBuckets.derivatives,
        accessKeyId,
        secretAccessKey,
      },
      localPage: page,
      log: (source, line) => log(source === 'cloudfront' ? `${source}: ${line}` : line),
    }),
  );
  closings.push(cloudFront.close);
  return cloudFront;
}

async function openInvalidations(
  { settings, roles, closings }: Opening,
  { invalidate }: CloudFront,
): Promise<number> {
  const api = await listening(
    settings,
    'cloudFront',
    startInvalidationApi({
      host: settings.host,
      port: portFor(settings, 'cloudFront'),
      identities: [roles.operator],
      invalidate,
    }),
  );
  closings.push(api.close);
  return api.port;
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

/** The parts that have to exist before a request can be served, in the order they need each other. */
async function open(opening: Opening): Promise<Omit<Stack, 'close'>> {
  const { settings, log, closings } = opening;
  const { host, home } = settings;
  const queue = promised<PurgeQueue>();
  const s3 = await openS3(opening, queue.value);
  const secretsManagerPort = await openSecrets(opening);
  const early = {
    pid: process.pid,
    host,
    ports: { cdn: 0, cloudFront: 0, s3, secretsManager: secretsManagerPort },
  };
  const stores = openStores(early);
  const front = promised<CloudFront>();
  const purges = await openPurgeQueue(
    path.join(home, 'purges'),
    {
      crypto: nodeCrypto,
      derivatives: stores.derivatives,
      invalidate: async (tags) => void (await front.value).invalidate(tags.map((tag) => `#${tag}`)),
    },
    log,
  );
  closings.push(purges.close);
  queue.keep(purges);
  const secrets = secretsManager(secretsClient(localAccess(early, 'secretsManager'), patience));
  const keyring = await ensureRootKeys(secrets);
  const kid = `${keyring.newest}.1`;
  const cloudFront = await openCloudFront(opening, early, () => localPage(keyring, kid));
  front.keep(cloudFront);
  const api = await openInvalidations(opening, cloudFront);
  await ensureDemo(stores, kid);
  void purges.resume();
  const ports = { ...early.ports, cdn: cloudFront.port, cloudFront: api };
  return { ...early, ports, keyring, counts: cloudFront.counts };
}

/**
 * Starts the whole service on a state folder. Throws `StartFailure` for what the person at the
 * keyboard can put right; whatever was opened by then is closed again.
 */
export async function startStack(settings: Settings, log: Log): Promise<Stack> {
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
