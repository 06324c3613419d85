import net from 'node:net';
import path from 'node:path';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import {
  defaultPort,
  type LocalInstance,
  type LocalService,
  localAccount,
  localBuckets,
  portOffsets,
} from '../shared/deployment/local-endpoints.ts';
import type { Invalidate, ObjectStore } from '../shared/ports.ts';
import { claimedSource } from '../shared/versions/claimed-source.ts';
import { accessLogHead } from './cloudfront/access-log/access-line.ts';
import { startInvalidationApi } from './cloudfront/control/invalidation-api.ts';
import type { LocalPage } from './cloudfront/local-pages.ts';
import { type CloudFront, startCloudFront } from './cloudfront/server.ts';
import { bundleLocalFunctions, edgeFunctions } from './edge-functions.ts';
import { createDistance } from './http/distance.ts';
import type { Roles } from './roles.ts';
import { type ObjectChange, startS3 } from './s3/server.ts';
import { startSecretsManager } from './secrets/server.ts';
import type { LocalSettings } from './settings.ts';
import { StartFailure } from './start-failure.ts';
import { openLog, type RotatingLog } from './state/log-file.ts';
import { openPurgeQueue, type PurgeQueue } from './state/purge-queue.ts';

export type Closing = () => Promise<void>;
export type Log = (line: string) => void;

function portFor(settings: LocalSettings, service: LocalService): number {
  return settings.port === 0 ? 0 : settings.port + portOffsets[service];
}

/** The port to suggest if this one is in use. */
const otherPort = ({ port }: LocalSettings): number => (port > 60_000 ? defaultPort : port + 1_000);

/** Turns common failures to listen into a `StartFailure` that says what to do. */
async function withStartFailure<T>(
  settings: LocalSettings,
  service: LocalService,
  start: Promise<T>,
) {
  try {
    return await start;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const port = portFor(settings, service);
    if (code === 'EADDRINUSE')
      throw new StartFailure(
        `Port ${port} is in use; choose another with: SIGNET_PORT=${otherPort(settings)} npm start`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND')
      throw new StartFailure(
        `Cannot listen on ${settings.host} port ${port} (${code}); check SIGNET_BIND and SIGNET_PORT.`,
      );
    throw thrown;
  }
}

async function tryPort(host: string, port: number): Promise<void> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port, exclusive: true }, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** Throws `StartFailure` if a port is in use, before any service has written to the state folder. */
export async function checkPorts(settings: LocalSettings): Promise<void> {
  if (settings.port === 0) return;
  for (const service of ['cdn', 's3', 'secretsManager', 'cloudFront'] as const)
    await withStartFailure(settings, service, tryPort(settings.host, portFor(settings, service)));
}

const namesOf = ({ hosts }: LocalSettings) => (hosts === undefined ? {} : { hosts });

/** What every service needs to start. Each service adds how to close it to `closings`. */
export type Opening = {
  readonly settings: LocalSettings;
  readonly roles: Roles;
  readonly log: Log;
  readonly closings: Closing[];
};

/** How far the functions are from S3 and Secrets Manager. Operators and CloudFront are near. */
function distanceOf({ rttMs = 0 }: LocalSettings, { viewerRequest, originResponse }: Roles) {
  if (rttMs === 0) return {};
  const accessKeys = [viewerRequest.accessKeyId, originResponse.accessKeyId];
  return { distance: createDistance(rttMs, accessKeys) };
}

/** Signet's own buckets, and those of the entries with their Regions and owners. */
function bucketsOf({ sources = {} }: LocalSettings) {
  const elsewhere = Object.values(sources).map(
    ({ bucket, region, account: owner = localAccount }) => [bucket, { region, owner }] as const,
  );
  const placed = new Map(elsewhere);
  return { buckets: [...Object.values(localBuckets), ...placed.keys()], placed };
}

export async function openS3(
  { settings, roles, log, closings }: Opening,
  queue: Promise<PurgeQueue>,
  onChange: (change: ObjectChange) => void,
) {
  const s3 = await withStartFailure(
    settings,
    's3',
    startS3({
      folder: path.join(settings.home, 's3'),
      host: settings.host,
      ...namesOf(settings),
      port: portFor(settings, 's3'),
      ...(settings.origins === undefined ? {} : { origins: settings.origins }),
      ...bucketsOf(settings),
      identities: Object.values(roles),
      beforeChange: async (change) => (await queue).beforeChange(change),
      afterChange: async (change) => {
        onChange(change);
        await (await queue).afterChange(change);
      },
      ...distanceOf(settings, roles),
      log,
    }),
  );
  closings.push(s3.close);
  return s3.port;
}

export async function openPurges(
  { settings, log, closings }: Opening,
  { derivatives, config }: { readonly derivatives: ObjectStore; readonly config: ObjectStore },
  invalidate: Invalidate,
): Promise<PurgeQueue> {
  const queue = await openPurgeQueue({
    folder: path.join(settings.home, 'purges'),
    stores: { crypto: nodeCrypto, derivatives, invalidate },
    buckets: { ...localBuckets, elsewhere: settings.sources ?? {} },
    sourceOf: (tenant) => claimedSource(config, tenant),
    log,
  });
  closings.push(queue.close);
  return queue;
}

/** The folder of the secrets in the state folder. */
export const secretsFolder = ({ home }: Pick<LocalSettings, 'home'>): string =>
  path.join(home, 'secrets');

export async function openSecrets(
  { settings, roles, log, closings }: Opening,
  onChange: () => void,
): Promise<number> {
  const secrets = await withStartFailure(
    settings,
    'secretsManager',
    startSecretsManager({
      folder: secretsFolder(settings),
      host: settings.host,
      ...namesOf(settings),
      port: portFor(settings, 'secretsManager'),
      identities: Object.values(roles),
      onChange,
      log,
      ...distanceOf(settings, roles),
    }),
  );
  closings.push(secrets.close);
  return secrets.port;
}

/** Opens the access log of the distribution, which has CloudFront's form. */
export async function openAccessLog({ settings, closings }: Opening): Promise<RotatingLog> {
  const accessLog = await openLog(settings.home, 'access.log', { head: accessLogHead });
  closings.push(accessLog.close);
  return accessLog;
}

const scaleOf = ({ locations, concurrency }: LocalSettings) => ({
  ...(locations === undefined ? {} : { locations }),
  ...(concurrency === undefined ? {} : { concurrency }),
});

export async function openCloudFront(
  { settings, roles, log, closings }: Opening,
  instance: LocalInstance,
  accessLog: RotatingLog,
  page: () => Promise<LocalPage>,
): Promise<CloudFront> {
  const bundles = await bundleLocalFunctions(
    path.join(settings.home, 'functions'),
    instance,
    roles,
    settings,
  );
  const { accessKeyId, secretAccessKey } = roles.cloudFront;
  const cloudFront = await withStartFailure(
    settings,
    'cdn',
    startCloudFront({
      host: settings.host,
      ...namesOf(settings),
      port: portFor(settings, 'cdn'),
      ...edgeFunctions(bundles),
      ...scaleOf(settings),
      corsOrigins: settings.corsOrigins ?? [],
      origin: {
        host: settings.host,
        port: instance.ports.s3,
        bucket: localBuckets.derivatives,
        accessKeyId,
        secretAccessKey,
      },
      localPage: page,
      accessLog: accessLog.write,
      log: (source, line) => log(source === 'cloudfront' ? `${source}: ${line}` : line),
    }),
  );
  closings.push(cloudFront.close);
  return cloudFront;
}

export async function openInvalidations(
  { settings, roles, closings }: Opening,
  { invalidate }: CloudFront,
): Promise<number> {
  const api = await withStartFailure(
    settings,
    'cloudFront',
    startInvalidationApi({
      host: settings.host,
      ...namesOf(settings),
      port: portFor(settings, 'cloudFront'),
      identities: [roles.operator],
      invalidate,
    }),
  );
  closings.push(api.close);
  return api.port;
}
