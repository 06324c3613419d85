import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalidator } from '../shared/adapters/cloudfront.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import {
  defaultPort,
  type LocalInstance,
  localAccess,
  localAddress,
  localBuckets,
  localDistribution,
  portOffsets,
} from '../shared/adapters/local-target.ts';
import { s3Client, s3Store } from '../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../shared/adapters/secrets-manager.ts';
import { type Keyring, rootKeyring } from '../shared/keyring.ts';
import type { Invalidate, ObjectStore } from '../shared/ports.ts';
import { secretIds } from '../shared/stores/keys.ts';
import { CommandFailure, usage } from './failure.ts';

/** An installation that commands act on. */
export type Target = {
  /** Where its images are served. */
  readonly address: string;
  readonly sources: ObjectStore;
  readonly derivatives: ObjectStore;
  readonly config: ObjectStore;
  readonly invalidate: Invalidate;
  readonly keyring: () => Promise<Keyring>;
};

/** Somebody waits at a terminal, and an upload may be 50 MB. */
const patience = { connectionTimeout: 2_000, requestTimeout: 60_000, maxAttempts: 2 };

/** The state folder: SIGNET_HOME, or `.signet` in the clone. */
function home(): string {
  const clone = fileURLToPath(new URL('..', import.meta.url));
  return path.resolve(process.env['SIGNET_HOME'] || path.join(clone, '.signet'));
}

/** What a stack has announced in its folder, or where it would listen by default. */
function localInstance(): LocalInstance {
  try {
    const text = readFileSync(path.join(home(), 'instance.json'), 'utf8');
    const found = JSON.parse(text) as Partial<LocalInstance>;
    if (found.host !== undefined && found.ports !== undefined) return found as LocalInstance;
  } catch {
    // Nothing runs on this folder; the commands will say that nobody answers.
  }
  const first = Number(process.env['SIGNET_PORT'] || defaultPort);
  const ports = {
    cdn: first + portOffsets.cdn,
    s3: first + portOffsets.s3,
    secretsManager: first + portOffsets.secretsManager,
    cloudFront: first + portOffsets.cloudFront,
  };
  return { pid: 0, host: process.env['SIGNET_BIND'] || '127.0.0.1', ports };
}

/** A stack that listens everywhere is reached at home. */
function reachable(instance: LocalInstance): LocalInstance {
  const anywhere = instance.host === '0.0.0.0' || instance.host === '::';
  return anywhere ? { ...instance, host: '127.0.0.1' } : instance;
}

async function readKeyring(instance: LocalInstance): Promise<Keyring> {
  const secrets = secretsManager(secretsClient(localAccess(instance, 'secretsManager'), patience));
  const roots = await secrets.read(secretIds.roots);
  if (roots === undefined)
    throw new CommandFailure('not_found', `there is no secret ${secretIds.roots}`);
  return rootKeyring(nodeCrypto, roots);
}

function localTarget(): Target {
  const instance = reachable(localInstance());
  const client = s3Client(localAccess(instance, 's3'), patience);
  return {
    address: localAddress(instance.host, instance.ports.cdn),
    sources: s3Store(client, localBuckets.sources),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
    invalidate: invalidator(localAccess(instance, 'cloudFront'), patience, localDistribution),
    keyring: () => readKeyring(instance),
  };
}

/** The installation that `--target` or SIGNET_TARGET names; the one on this machine by default. */
export function openTarget(named: string | undefined): Target {
  const name = named ?? (process.env['SIGNET_TARGET'] || 'local');
  if (name !== 'local')
    throw usage(`--target ${name} is not supported by this version; the only target is local`);
  return localTarget();
}
