import type { AwsAccess } from '../shared/adapters/aws-client.ts';
import type { Freshness } from '../shared/refreshing.ts';
import type { HostMap } from '../shared/url/host-map.ts';

/** All that differs between one installation and another. */
export type EdgeConfig = {
  readonly s3: AwsAccess;
  readonly secretsManager: AwsAccess;
  readonly buckets: {
    readonly sources: string;
    readonly derivatives: string;
    readonly config: string;
  };
  readonly policyFreshness: Freshness;
  readonly keyFreshness: Freshness;
  /** Whose the hosts are that belong to one tenant each. */
  readonly hosts: HostMap;
  /** Of lines about requests that nobody has signed for, one in so many is written. */
  readonly logOneIn: number;
  /** Stored with every derivative: what made it. */
  readonly engine: string;
};

/** Lambda@Edge has no environment variables, so the bundler writes the value in. */
declare const SIGNET_CONFIG: EdgeConfig;

export const config: EdgeConfig = SIGNET_CONFIG;
