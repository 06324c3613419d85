import type { EdgeConfig } from '../../edge/config.ts';
import type { AwsAccess } from '../../shared/adapters/aws-client.ts';
import { keyFreshness, usualSecretsPrefix } from '../../shared/keys/store.ts';
import { policyFreshness } from '../../shared/versions/cache.ts';

/** The bucket names of `edgeConfig`. */
export const testBuckets = {
  sources: 'sources',
  derivatives: 'derivatives',
  config: 'config',
} as const;

/** Logs every allowed view, and samples floods as deployed. */
export const testSampling = { allowedOneIn: 1, unverifiedOneIn: 100, refusedOneIn: 100 } as const;

/** The configuration of a function whose S3 and Secrets Manager are reached in one way, besides what a test sets. */
export function edgeConfig(access: AwsAccess, more: Partial<EdgeConfig> = {}): EdgeConfig {
  return {
    s3: access,
    secretsManager: access,
    secretsPrefix: usualSecretsPrefix,
    metrics: 'Signet',
    buckets: testBuckets,
    sources: {},
    disabledFormats: [],
    policyFreshness,
    keyFreshness,
    hosts: {},
    corsOrigins: [],
    sampling: testSampling,
    engine: 'test',
    ...more,
  };
}

/** Access at an address with credentials. */
export const accessAt = (
  endpoint: string,
  accessKeyId = 'id',
  secretAccessKey = 'secret',
): AwsAccess => ({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId, secretAccessKey },
});
