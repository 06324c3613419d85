import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CloudFront, startCloudFront } from '../../../local/cloudfront/server.ts';
import { bundleLocalFunctions, edgeFunctions } from '../../../local/edge-functions.ts';
import { ensureLocalSecrets } from '../../../local/first-secrets.ts';
import { localRoles } from '../../../local/roles.ts';
import { startS3 } from '../../../local/s3/server.ts';
import { startSecretsManager } from '../../../local/secrets/server.ts';
import { s3Client, s3Store } from '../../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../../shared/adapters/secrets-manager.ts';
import {
  type LocalInstance,
  localAccess,
  localBuckets,
} from '../../../shared/deployment/local-endpoints.ts';

type Piece = {
  readonly up: () => Promise<void>;
  readonly down: () => Promise<void>;
};

/** The parts of a stack, each of which can be stopped and started again on its port. */
export type StackParts = {
  readonly instance: LocalInstance;
  readonly s3: Piece;
  readonly secrets: Piece;
  /** Restarts the distribution, so that the functions have empty caches. */
  readonly freshCdn: () => Promise<CloudFront>;
  readonly close: () => Promise<void>;
};

type Listening = { readonly port: number; readonly close: () => Promise<void> };

function piece(running: Listening, start: (port: number) => Promise<Listening>): Piece {
  let current: Listening | undefined = running;
  return {
    up: async () => {
      current ??= await start(running.port);
    },
    down: async () => {
      await current?.close();
      current = undefined;
    },
  };
}

const host = '127.0.0.1';

/** Starts S3 and Secrets Manager on a temporary folder with root keys. */
export async function startStackParts(): Promise<StackParts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-parts-'));
  const roles = localRoles();
  const identities = Object.values(roles);
  const buckets = Object.values(localBuckets);
  const openS3 = (port: number) =>
    startS3({ folder: path.join(folder, 's3'), host, port, buckets, identities });
  const openSecrets = (port: number) =>
    startSecretsManager({ folder: path.join(folder, 'secrets'), host, port, identities });
  const [s3, secrets] = [await openS3(0), await openSecrets(0)];
  const ports = { cdn: 0, cloudFront: 0, s3: s3.port, secretsManager: secrets.port };
  const instance = { pid: process.pid, host, ports };
  const patience = { connectionTimeout: 1_000, requestTimeout: 5_000, maxAttempts: 1 };
  const access = localAccess(instance, 'secretsManager');
  await ensureLocalSecrets(secretsManager(secretsClient(access, patience)), {
    config: s3Store(s3Client(localAccess(instance, 's3'), patience), localBuckets.config),
    folder: path.join(folder, 'secrets'),
  });
  const functions = edgeFunctions(
    await bundleLocalFunctions(path.join(folder, 'functions'), instance, roles, {
      home: folder,
      port: 0,
      host,
    }),
  );
  const { accessKeyId, secretAccessKey } = roles.cloudFront;
  let cdn: CloudFront | undefined;
  const freshCdn = async (): Promise<CloudFront> => {
    await cdn?.close();
    cdn = await startCloudFront({
      host,
      port: 0,
      // One container per function, so that requests share its caches.
      viewerRequest: { ...functions.viewerRequest, workers: 1 },
      originResponse: { ...functions.originResponse, workers: 1 },
      origin: {
        host,
        port: s3.port,
        bucket: localBuckets.derivatives,
        accessKeyId,
        secretAccessKey,
      },
    });
    return cdn;
  };
  const parts = { s3: piece(s3, openS3), secrets: piece(secrets, openSecrets) };
  return {
    ...parts,
    instance,
    freshCdn,
    close: async () => {
      await cdn?.close();
      await parts.s3.down();
      await parts.secrets.down();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
