import { readPolicy } from '../../../shared/policy/policy.ts';
import type { OpenPolicy } from '../../../shared/versions/cache.ts';

/** Policies as plain JSON, for tests of everything but their signatures. */
export const openPlain: OpenPolicy = async (tenant, text) => ({
  policy: readPolicy(tenant, text),
  version: 1,
  previous: null,
  hash: '',
});
