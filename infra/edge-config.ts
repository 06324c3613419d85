import { keyFreshness } from '../shared/keys/store.ts';
import { policyFreshness } from '../shared/versions/cache.ts';
import type { Names } from './names.ts';
import { hostMapOf, region, type StackSettings } from './settings.ts';

/** One line in so many of requests that nobody has signed for: a flood must not fill a log group. */
const logOneIn = 100;

/** What is written into both functions: there is no environment at the edge. */
export function edgeConfig(settings: StackSettings, names: Names, version: string) {
  const { sources, derivatives, config } = names.buckets;
  return {
    s3: { region },
    secretsManager: { region },
    buckets: { sources, derivatives, config },
    policyFreshness,
    keyFreshness,
    hosts: hostMapOf(settings),
    logOneIn,
    engine: `signet ${version}`,
  };
}
