import type { SourceEntries } from '../shared/policy/source-entries.ts';

/** What differs between installations and has no room in the environment. */
export type PurgeConfig = {
  /** The buckets that are not Signet's own, each with the account of its owner. */
  readonly sources: SourceEntries;
};

/** The value is in the first line of the bundle. */
declare const SIGNET_CONFIG: PurgeConfig;

export const purgeConfig: PurgeConfig = SIGNET_CONFIG;
