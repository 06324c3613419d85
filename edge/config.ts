import type { AwsAccess } from '../shared/adapters/aws-client.ts';
import type { SourceType } from '../shared/operations/image-type.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';
import type { Freshness } from '../shared/refreshing.ts';
import type { HostMap } from '../shared/url/host-map.ts';
import type { Sampling } from './sampling.ts';

/** Everything that differs between installations. */
export type EdgeConfig = {
  readonly s3: AwsAccess;
  readonly secretsManager: AwsAccess;
  /** The secrets of the installation have names that begin with this. */
  readonly secretsPrefix: string;
  /** The namespace of its metrics in CloudWatch. */
  readonly metrics: string;
  readonly buckets: {
    readonly sources: string;
    readonly derivatives: string;
    readonly config: string;
  };
  /** The buckets that are not Signet's own. Only origin-response reads them. */
  readonly sources: SourceEntries;
  /** The types of sources that origin-response refuses to draw, whatever a policy allows. */
  readonly disabledFormats: readonly SourceType[];
  readonly policyFreshness: Freshness;
  readonly keyFreshness: Freshness;
  /** The hosts that belong to one tenant each. */
  readonly hosts: HostMap;
  /** The pages that may use credentials. If it is empty, every page may read answers, without credentials. */
  readonly corsOrigins: readonly string[];
  readonly sampling: Sampling;
  /** The version of Signet, stored with every derivative. */
  readonly engine: string;
};

/** Lambda@Edge has no environment variables, so the value is in the first line of the bundle. */
declare const SIGNET_CONFIG: EdgeConfig;

export const config: EdgeConfig = SIGNET_CONFIG;
