import { keyFreshness } from '../shared/keys/store.ts';
import { policyFreshness } from '../shared/versions/cache.ts';
import type { Names } from './names.ts';
import { hostMapOf, region, type StackSettings } from './settings.ts';

/** Of requests without a valid signature, and of many refusals, 1 in this many is logged, so that a flood does not fill the log group. */
const floodOneIn = 100;

/** The configuration bundled into both functions. Lambda@Edge has no environment variables. */
export function edgeConfig(settings: StackSettings, names: Names, version: string) {
  const { sources, derivatives, config } = names.buckets;
  return {
    s3: { region },
    secretsManager: { region },
    buckets: { sources, derivatives, config },
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
