import { metricsNamespace } from '../shared/deployment/edge-logs.ts';
import { keyFreshness } from '../shared/keys/store.ts';
import { policyFreshness } from '../shared/versions/cache.ts';
import type { Names } from './names.ts';
import { hostMapOf, ownedSources, region, type StackSettings } from './settings.ts';

/** Of requests without a valid signature, and of many refusals, 1 in this many is logged, so that a flood does not fill the log group. */
const floodOneIn = 100;

/** The configuration bundled into both edge functions. Lambda@Edge has no environment variables. */
function edgeConfig(settings: StackSettings, names: Names, version: string) {
  const { sources, derivatives, config } = names.buckets;
  return {
    s3: { region },
    secretsManager: { region },
    secretsPrefix: settings.secretsPrefix,
    metrics: metricsNamespace(settings.secretsPrefix),
    buckets: { sources, derivatives, config },
    // Only origin-response reads sources, and the zip of a viewer function may not be large.
    sources: {},
    disabledFormats: settings.disabledFormats,
    policyFreshness,
    keyFreshness,
    hosts: hostMapOf(settings),
    corsOrigins: settings.corsOrigins,
    sampling: {
      allowedOneIn: settings.logOneIn,
      unverifiedOneIn: floodOneIn,
      refusedOneIn: floodOneIn,
    },
    engine: `signet ${version}`,
  };
}

/** The configurations that are compiled into the functions. */
export function functionConfigs(settings: StackSettings, names: Names, version: string) {
  const common = edgeConfig(settings, names, version);
  const sources = ownedSources(settings);
  return {
    viewerRequest: common,
    originResponse: { ...common, sources },
    // The environment of a function has room for 4 KB.
    purge: { sources },
  };
}
