import type { AwsAccess } from '../adapters/aws-client.ts';
import type { HostMap } from '../url/host-map.ts';

/** The ports of the local stack, counted from the CDN's. */
export const portOffsets = { cdn: 0, s3: 2, secretsManager: 3, cloudFront: 4 } as const;
export type LocalService = keyof typeof portOffsets;
export type LocalPorts = Readonly<Record<LocalService, number>>;

export const defaultPort = 8_080;

export const localBuckets = {
  sources: 'signet-sources',
  derivatives: 'signet-derivatives',
  config: 'signet-config',
} as const;

/** The operator's identity; the stack listens on this machine alone unless told otherwise. */
export const localCredentials = { accessKeyId: 'signet', secretAccessKey: 'signet-local' } as const;
/**
 * Every tenant has a host here, which leads nowhere else: `.test` is nobody's (RFC 6761). A name that
 * resolves is not needed to ask for it: `curl -H 'Host: img.acme.test'`.
 */
export const localHosts: HostMap = { 'img.*.test': '*' };
export const localRegion = 'us-east-1';
export const localDistribution = 'SIGNETLOCAL';

/** Where a running stack can be found; it writes this to its folder. */
export type LocalInstance = {
  readonly pid: number;
  readonly host: string;
  readonly ports: LocalPorts;
  /** What its functions can read of a policy. */
  readonly policyFields?: readonly string[];
};

export function localAddress(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function localAccess({ host, ports }: LocalInstance, service: LocalService): AwsAccess {
  return {
    region: localRegion,
    endpoint: localAddress(host, ports[service]),
    credentials: localCredentials,
  };
}
