import { nodePacker } from '../../../shared/adapters/packer.ts';
import { openPolicy } from '../../../shared/policy/policy.ts';
import { typicalPolicy } from '../../../shared/policy/typical-policy.ts';
import type { OpenPolicy } from '../../../shared/versions/loading.ts';

/** Policies as plain JSON, for tests of everything but their signatures. */
export const openPlain: OpenPolicy = async (tenant, text) => ({
  opened: openPolicy(tenant, text),
  version: 1,
  previous: null,
  hash: '',
});

/** What a store of policies needs besides, in a bucket without a list of changes. */
export const plainPolicies = {
  open: openPlain,
  publishers: async () => [],
  packer: nodePacker(typicalPolicy),
};
