import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { readRegionLines } from '../../shared/adapters/recent-logs.ts';
import { s3Client, s3Store, streamedReader } from '../../shared/adapters/s3.ts';
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
  readCdnPort,
} from '../../shared/deployment/local-endpoints.ts';
import type { Keyring } from '../../shared/keys/keyring.ts';
import { type SecretIds, secretIds } from '../../shared/keys/store.ts';
import type { ListedSources } from '../../shared/objects/source-buckets.ts';
import type { SourceType } from '../../shared/operations/image-type.ts';
import type {
  DescribedStore,
  Invalidate,
  SecretStore,
  StreamedReader,
} from '../../shared/ports.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import type { Publishing } from '../../shared/versions/publishing.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { invalidateIn, operatorDeps, patience, sourceParts } from './operator-deps.ts';
import type { StackFacts } from './stack-facts.ts';
import { parseStackName } from './stack-name.ts';
import { edgeLogFile, stateFolder } from './state-folder.ts';

/** An installation that an operator acts on, with the right to publish. */
export type Installation = Publishing & {
  /** The base URL of its images. */
  readonly address: string;
  /** The hosts that belong to one tenant. */
  readonly hosts: () => Promise<HostMap>;
  /** The pages that may use credentials. */
  readonly corsOrigins: () => Promise<readonly string[]>;
  /** The types of sources that its functions refuse. */
  readonly disabledFormats: () => Promise<readonly SourceType[]>;
  /** Signet's own bucket of sources. */
  readonly sources: DescribedStore;
  /** Reads and lists sources in every bucket, with the credentials of the operator. */
  readonly sourceReaders: () => Promise<ListedSources>;
  readonly derivatives: DescribedStore;
  readonly invalidate: Invalidate;
  readonly secrets: SecretStore;
  readonly secretIds: SecretIds;
  readonly keyring: () => Promise<Keyring>;
  /** Opens a bucket of logs, with the credentials of the operator. */
  readonly openLogs: (bucket: string) => StreamedReader;
  /** The bucket of its access logs, if it is deployed and says so. */
  readonly logsBucket?: string;
  /** The log file of its functions, if that is a file on this machine. */
  readonly edgeLog?: string;
  /** The state folder of a stack that runs on this machine. */
  readonly stateFolder?: string;
  /** The name of its stack, if it is deployed. */
  readonly stack?: string;
  /** The names of its buckets, if it is deployed. */
  readonly buckets?: { readonly sources: string; readonly config: string };
  /** What AWS says about the stack, if it is deployed. */
  readonly openStackFacts?: () => Promise<StackFacts>;
  /** Reads the log groups of one Region, if it is deployed. */
  readonly readRegionLines?: typeof readRegionLines;
};

/** Opens the installation to act on. Operator functions call it after they have checked their input. */
export type OpenInstallation = () => Promise<Installation>;

/** The port in SIGNET_PORT. Throws `usage` for other text, even if the running stack makes it needless. */
export function firstPort(): number {
  const text = process.env['SIGNET_PORT'] || String(defaultPort);
  const port = readCdnPort(text);
  if (port === undefined)
    throw usageFailure(`SIGNET_PORT is "${text}"; give the port of the CDN, or unset it`);
  return port;
}

/** What a running stack has recorded in the state folder; undefined if none has. Throws `unreadable_file`. */
function readInstance(home: string): Partial<LocalInstance> | undefined {
  try {
    return JSON.parse(readFileSync(path.join(home, 'instance.json'), 'utf8')) as object;
  } catch (thrown) {
    const { code = 'ENOENT' } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new OperatorFailure(
      'unreadable_file',
      `the state folder ${home} cannot be read (${code}); run the command as its owner, or name another folder with SIGNET_HOME`,
    );
  }
}

/** The local stack as it is recorded in the state folder, or the default ports. */
function localInstance(): LocalInstance {
  const first = firstPort();
  const home = stateFolder();
  const found = readInstance(home);
  if (found?.host !== undefined && found.ports !== undefined) return found as LocalInstance;
  // If the operator named a folder, another stack on the default ports must not be used instead.
  if (process.env['SIGNET_HOME'] && !process.env['SIGNET_PORT'])
    throw new OperatorFailure(
      'unreachable',
      `no stack runs on ${home}; start it with: SIGNET_HOME='${home}' npm start`,
    );
  const ports = {
    cdn: first + portOffsets.cdn,
    s3: first + portOffsets.s3,
    secretsManager: first + portOffsets.secretsManager,
    cloudFront: first + portOffsets.cloudFront,
  };
  return { pid: 0, host: process.env['SIGNET_BIND'] || '127.0.0.1', ports };
}

function openLocal(): Installation {
  const running = localInstance();
  const instance = { ...running, host: reachableHost(running.host) };
  const client = s3Client(localAccess(instance, 's3'), patience);
  const secrets = secretsManager(secretsClient(localAccess(instance, 'secretsManager'), patience));
  return {
    ...operatorDeps(secrets, secretIds),
    address: localAddress(instance.host, instance.ports.cdn),
    knownFields: async () => instance.policyFields,
    hosts: async () => localHosts,
    corsOrigins: async () => instance.corsOrigins ?? [],
    disabledFormats: async () => instance.disabledFormats ?? [],
    ...sourceParts(localAccess(instance, 's3'), s3Store(client, localBuckets.sources), async () => {
      return instance.sources ?? {};
    }),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
    invalidate: invalidateIn(localAccess(instance, 'cloudFront'), localDistribution),
    openLogs: (bucket) => streamedReader(client, bucket),
    edgeLog: edgeLogFile(),
    // A stack that was found by its port alone may have another one.
    ...(running.pid > 0 ? { stateFolder: stateFolder() } : {}),
  };
}

/** Opens the installation that `--target` or SIGNET_TARGET names; by default the local stack. */
export async function openInstallation(named: string | undefined): Promise<Installation> {
  const stack = parseStackName(named);
  if (stack === undefined) return openLocal();
  const { openStack } = await import('./deployed-stack.ts');
  return openStack(stack);
}
