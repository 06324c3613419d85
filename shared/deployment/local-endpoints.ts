import type { AwsAccess } from '../adapters/aws-client.ts';
import type { SourceType } from '../operations/image-type.ts';
import type { SourceEntries } from '../policy/source-entries.ts';
import type { HostMap } from '../url/host-map.ts';

/** The ports of the local stack, relative to the port of the CDN. */
export const portOffsets = { cdn: 0, console: 1, s3: 2, secretsManager: 3, cloudFront: 4 } as const;
/** The console is not a part of the stack, but a process beside it. */
export type LocalService = Exclude<keyof typeof portOffsets, 'console'>;
export type LocalPorts = Readonly<Record<LocalService, number>>;

export const defaultPort = 8_080;
/** The last port of the CDN: the last service uses the port of the first plus four. */
export const lastPort = 65_531;

/** The port of the CDN in SIGNET_PORT, where 0 stands for any free ports; undefined for text that is none. */
export function readCdnPort(text: string): number | undefined {
  const port = /^(?:0|[1-9][0-9]{0,4})$/.test(text) ? Number(text) : Number.NaN;
  return port <= lastPort ? port : undefined;
}

export const localBuckets = {
  sources: 'signet-sources',
  derivatives: 'signet-derivatives',
  config: 'signet-config',
} as const;

/**
 * The credentials of the operator. They are public, and the stack listens on this machine only by
 * default.
 */
export const localCredentials = { accessKeyId: 'signet', secretAccessKey: 'signet-local' } as const;
/**
 * Every tenant has a host on the local stack. `.test` is reserved (RFC 6761), so it cannot lead anywhere
 * else. The name need not resolve: `curl -H 'Host: img.acme.test'`.
 */
export const localHosts: HostMap = { 'img.*.test': '*' };
export const localRegion = 'us-east-1';
/** The account that owns the local buckets. AWS gives it to nobody. */
export const localAccount = '000000000000';
export const localDistribution = 'SIGNETLOCAL';

/** The address of a running stack, which it writes to its state folder. */
export type LocalInstance = {
  readonly pid: number;
  readonly host: string;
  readonly ports: LocalPorts;
  /** The policy fields that its functions can read. */
  readonly policyFields?: readonly string[];
  /** The pages that may use credentials. */
  readonly corsOrigins?: readonly string[];
  /** The types of sources that its functions refuse. */
  readonly disabledFormats?: readonly SourceType[];
  /** The buckets that are not Signet's own. */
  readonly sources?: SourceEntries;
};

/** The ports of a state folder on which no stack runs. */
export type StatePorts = Readonly<Record<'s3' | 'secretsManager', number>>;

/** What `start.js` prints as JSON with this argument: it serves the state folder until its input ends. */
export type StoppedStatePorts = {
  /** Known to the command alone: others on this machine know the credentials of the running stack. */
  readonly secretAccessKey: string;
  readonly home: StatePorts;
  readonly backup?: StatePorts;
  /** Damaged files, with the places that they were moved to. */
  readonly movedFiles: readonly string[];
};

export const serveStateArgument = '--serve-stopped-state';

/** The host by which a stack is reached: one that listens on all addresses is reached on the loopback address. */
export const reachableHost = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;

/** The URL of a local port. IPv6 hosts get brackets. */
export function localAddress(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** How an SDK client reaches a service of a running stack. */
export function localAccess({ host, ports }: LocalInstance, service: LocalService): AwsAccess {
  return {
    region: localRegion,
    endpoint: localAddress(host, ports[service]),
    credentials: localCredentials,
  };
}
