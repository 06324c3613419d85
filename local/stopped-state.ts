import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  localBuckets,
  localCredentials,
  type StatePorts,
  type StoppedStatePorts,
} from '../shared/deployment/local-endpoints.ts';
import { startS3 } from './s3/server.ts';
import { startSecretsManager } from './secrets/server.ts';
import { StartFailure } from './start-failure.ts';
import { moveDamagedFiles } from './state/damaged-files.ts';
import { claimFolder } from './state/instance.ts';

/*
 * The policies and secrets of a state folder while no stack runs on it, for `signet doctor --repair`. Here the operator
 * may remove versions of a trail, which the running stack denies to everyone.
 */

const configFolder = path.join('s3', 'buckets', localBuckets.config);

type Closing = () => Promise<void>;

/** Serves the config bucket and the secrets in a folder on free ports of this machine. */
async function serveFolder(
  folder: string,
  secretAccessKey: string,
  closings: Closing[],
): Promise<StatePorts> {
  const common = {
    host: '127.0.0.1',
    port: 0,
    identities: [{ ...localCredentials, secretAccessKey, allows: () => true }],
  };
  const buckets = [localBuckets.config];
  const s3 = await startS3({ ...common, folder: path.join(folder, 's3'), origins: [], buckets });
  closings.push(s3.close);
  const secrets = await startSecretsManager({ ...common, folder: path.join(folder, 'secrets') });
  closings.push(secrets.close);
  return { s3: s3.port, secretsManager: secrets.port };
}

/** Throws `StartFailure` for a folder that has no policies or no secrets. */
async function checkState(folder: string, what: string): Promise<void> {
  for (const part of [configFolder, 'secrets'])
    await readdir(path.join(folder, part)).catch(({ code }: NodeJS.ErrnoException) => {
      throw new StartFailure(
        code === 'ENOENT' || code === 'ENOTDIR'
          ? `${folder} is no ${what}: it has no folder ${part}`
          : `${folder} cannot be read (${code}); run the command as its owner`,
      );
    });
}

/** Copies what is needed of a backup, so that the backup itself is only read. */
async function copyBackup(backup: string, closings: Closing[]): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'signet-backup-'));
  closings.push(() => rm(copy, { recursive: true, force: true }));
  for (const part of [configFolder, 'secrets'])
    await cp(path.join(backup, part), path.join(copy, part), { recursive: true });
  await moveDamagedFiles(copy, localBuckets.config);
  return copy;
}

export type ServedState = StoppedStatePorts & { readonly close: () => Promise<void> };

/** Serves a state folder on which no stack runs, and a backup of one. Throws `StartFailure`. */
export async function serveStoppedState(
  home: string,
  backup: string | undefined,
): Promise<ServedState> {
  await checkState(home, 'state folder of Signet');
  if (backup !== undefined) await checkState(backup, 'copy of a state folder');
  const claim = await claimFolder(home, { isRepair: true });
  const closings: Closing[] = [claim.release];
  const close = async (): Promise<void> => {
    for (const one of closings.toReversed()) await one();
  };
  try {
    const secretAccessKey = randomBytes(24).toString('base64url');
    const movedFiles = await moveDamagedFiles(home, localBuckets.config);
    const ports = await serveFolder(home, secretAccessKey, closings);
    const copy = backup === undefined ? undefined : await copyBackup(backup, closings);
    const kept =
      copy === undefined ? {} : { backup: await serveFolder(copy, secretAccessKey, closings) };
    return { home: ports, ...kept, secretAccessKey, movedFiles, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
