import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../shared/adapters/clock.ts';
import { createInvalidate } from '../../shared/adapters/cloudfront.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { s3Client, s3FromEnvironment, s3Store } from '../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import {
  defaultPort,
  type LocalInstance,
  localAccess,
  localAddress,
  localBuckets,
  localDistribution,
  localHosts,
  portOffsets,
  reachableHost,
} from '../../shared/deployment/local-endpoints.ts';
import { stackRegion } from '../../shared/deployment/regions.ts';
import { type Keyring, rootKeyring } from '../../shared/keys/keyring.ts';
import { type PublisherSecretKey, readPublisher } from '../../shared/keys/publisher.ts';
import { secretIds } from '../../shared/keys/store.ts';
import type { Invalidate, ObjectStore, SecretStore } from '../../shared/ports.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import type { Publishing } from '../../shared/versions/publishing.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { isStackSettled, stackAnnouncement, stackOutputs } from './stack-outputs.ts';
import { edgeLogFile, stateFolder } from './state-folder.ts';

/** An installation that an operator acts on, with the right to publish. */
export type Installation = Publishing & {
  /** The base URL of its images. */
  readonly address: string;
  /** The hosts that belong to one tenant. */
  readonly hosts: () => Promise<HostMap>;
  /** The pages that may use credentials. */
  readonly corsOrigins: () => Promise<readonly string[]>;
  readonly sources: ObjectStore;
  readonly derivatives: ObjectStore;
  readonly invalidate: Invalidate;
  readonly secrets: SecretStore;
  readonly keyring: () => Promise<Keyring>;
  /** The log file of its functions, if that is a file on this machine. */
  readonly edgeLog?: string;
  /** The name of its stack, if it is deployed. */
  readonly stack?: string;
};

/** Opens the installation to act on. Operator functions call it after they have checked their input. */
export type OpenInstallation = () => Promise<Installation>;

/** Short connection timeouts, because a person is waiting; long requests, because uploads reach 50 MB. */
const patience = { connectionTimeout: 2_000, requestTimeout: 60_000, maxAttempts: 2 };

/** The local stack as it is recorded in the state folder, or the default ports. */
function localInstance(): LocalInstance {
  try {
    const text = readFileSync(path.join(stateFolder(), 'instance.json'), 'utf8');
    const found = JSON.parse(text) as Partial<LocalInstance>;
    if (found.host !== undefined && found.ports !== undefined) return found as LocalInstance;
  } catch {
    // If the operator named a folder, another stack on the default ports must not be used instead.
    if (process.env['SIGNET_HOME'] && !process.env['SIGNET_PORT'])
      throw new OperatorFailure(
        'unreachable',
        `no stack runs on ${stateFolder()}; start it with: SIGNET_HOME='${stateFolder()}' npm start`,
      );
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

async function readSecret(secrets: SecretStore, id: string): Promise<string> {
  const text = await secrets.read(id);
  if (text === undefined) throw new OperatorFailure('not_found', `there is no secret ${id}`);
  return text;
}

const readKeyring = async (secrets: SecretStore): Promise<Keyring> =>
  rootKeyring(nodeCrypto, await readSecret(secrets, secretIds.roots));

const readSigner = async (secrets: SecretStore): Promise<PublisherSecretKey> =>
  readPublisher(await readSecret(secrets, secretIds.publisher));

/** The publisher named in the audit trail: SIGNET_OPERATOR, or the account on this machine. */
function operatorName(): string {
  const named = process.env['SIGNET_OPERATOR']?.trim();
  return escapeForTerminal(named || `${userInfo().username}@${hostname()}`).slice(0, 128);
}

/** Calls `read` once and shares its result. After a failure the next call reads again. */
function shareResult<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().catch((thrown: unknown) => {
      reading = undefined;
      throw thrown;
    });
    return reading;
  };
}

/** The parts that are the same for every target. */
function operatorDeps(secrets: SecretStore) {
  const keyring = (): Promise<Keyring> => readKeyring(secrets);
  return {
    crypto: nodeCrypto,
    clock: systemClock,
    by: operatorName(),
    secrets,
    keyring,
    publishers: shareResult(async () => (await keyring()).publishers),
    publisher: shareResult(() => readSigner(secrets)),
  };
}

function openLocal(): Installation {
  const running = localInstance();
  const instance = { ...running, host: reachableHost(running.host) };
  const client = s3Client(localAccess(instance, 's3'), patience);
  const secrets = secretsManager(secretsClient(localAccess(instance, 'secretsManager'), patience));
  return {
    ...operatorDeps(secrets),
    address: localAddress(instance.host, instance.ports.cdn),
    knownFields: async () => instance.policyFields,
    hosts: async () => localHosts,
    corsOrigins: async () => instance.corsOrigins ?? [],
    sources: s3Store(client, localBuckets.sources),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
    invalidate: createInvalidate(localAccess(instance, 'cloudFront'), patience, localDistribution),
    edgeLog: edgeLogFile(),
  };
}

/** A deployed stack, with the default credentials of the AWS SDK. */
async function openStack(stack: string): Promise<Installation> {
  const access = { region: stackRegion };
  const outputs = await stackOutputs(access, patience, stack);
  const client = s3Client(s3FromEnvironment(stackRegion), patience);
  const announced = shareResult(() => stackAnnouncement(access, patience, stack));
  return {
    ...operatorDeps(secretsManager(secretsClient(access, patience))),
    stack,
    address: outputs.address,
    knownFields: async () =>
      (await isStackSettled(access, patience, stack))
        ? (await announced()).policyFields
        : 'changing',
    hosts: async () => (await announced()).hosts,
    corsOrigins: async () => (await announced()).corsOrigins,
    sources: s3Store(client, outputs.sources),
    derivatives: s3Store(client, outputs.derivatives),
    config: s3Store(client, outputs.config),
    invalidate: createInvalidate(access, patience, outputs.distribution),
  };
}

/** The stack that `--target` or SIGNET_TARGET names; undefined for the local one. Throws `usage`. */
export function parseStackName(named: string | undefined): string | undefined {
  const name = named ?? (process.env['SIGNET_TARGET'] || 'local');
  if (name === 'local') return undefined;
  const [, stack] = /^aws:([A-Za-z][A-Za-z0-9-]{0,127})$/.exec(name) ?? [];
  if (stack === undefined) throw usageFailure(`--target is "${name}"; write local or aws:STACK`);
  return stack;
}

/** Opens the installation that `--target` or SIGNET_TARGET names; by default the local stack. */
export async function openInstallation(named: string | undefined): Promise<Installation> {
  const stack = parseStackName(named);
  return stack === undefined ? openLocal() : openStack(stack);
}
