import type { EdgeConfig } from '../../edge/config.ts';
import { keyFreshness, usualSecretsPrefix } from '../../shared/keys/store.ts';
import { policyFreshness } from '../../shared/versions/cache.ts';

/** The configuration of a deployment, with S3 and Secrets Manager at this address. */
export function deployedConfig(endpoint: string): EdgeConfig {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const access = { region: 'us-east-1', endpoint, credentials };
  return {
    s3: access,
    secretsManager: access,
    secretsPrefix: usualSecretsPrefix,
    metrics: 'Signet',
    buckets: { sources: 'sources', derivatives: 'derivatives', config: 'config' },
    sources: {},
    disabledFormats: [],
    policyFreshness,
    keyFreshness,
    hosts: {},
    corsOrigins: [],
    sampling: { allowedOneIn: 10, unverifiedOneIn: 100, refusedOneIn: 100 },
    engine: 'bench',
  };
}
