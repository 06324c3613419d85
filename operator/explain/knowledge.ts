import { systemClock } from '../../shared/adapters/clock.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { systemRandom } from '../../shared/adapters/random.ts';
import type { Keyring } from '../../shared/keys/keyring.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import type { SplitUrl } from '../../shared/recipe/request-url.ts';
import { isKid } from '../../shared/url/signature.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { usageFailure } from '../failure.ts';
import type { TenantSigner } from '../keys/signer.ts';
import type { Installation } from '../target/target.ts';

export type OnlineKnowledge = {
  readonly installation: Installation;
  readonly policyOf: (tenant: string) => Promise<Policy | undefined>;
};

/** Where the facts come from: an installation, or one signing key, which verifies the URLs of one tenant. */
export type Knowledge = {
  readonly keyring: Keyring;
  readonly tenants: () => Promise<readonly string[]>;
  readonly online?: OnlineKnowledge;
};

/** What one signing key can verify. Throws `usage` for a URL with another kid. */
export function offlineKnowledge(
  { kid, signingKey }: TenantSigner,
  { tenant, kid: asked }: SplitUrl,
): Knowledge {
  if (asked !== undefined && isKid(asked) && asked !== kid)
    throw usageFailure(
      `SIGNET_KEY is the key of kid ${kid}, not of ${asked}; unset it to ask the installation`,
    );
  const keyring: Keyring = {
    kids: [kid],
    newest: kid,
    mintable: () => kid,
    publishers: [],
    signingKey: (name, wanted) => (name === tenant && wanted === kid ? signingKey : undefined),
  };
  return { keyring, tenants: async () => [] };
}

/** What an installation knows. */
export async function onlineKnowledge(
  installation: Installation,
): Promise<Knowledge & { readonly online: OnlineKnowledge }> {
  // Read as the functions read it, so that a policy they reject is not shown as valid.
  const { of } = policyStore({
    config: installation.config,
    open: signedPolicies(installation.crypto, installation.publishers),
    publishers: installation.publishers,
    packer: nodePacker(typicalPolicy),
    freshness: { ...policyFreshness, fresh: 0, wait: 0 },
    clock: systemClock,
    random: systemRandom,
    onFailure: () => undefined,
  });
  return {
    keyring: await installation.keyring(),
    tenants: () => tenantNames(installation.config),
    online: { installation, policyOf: of },
  };
}
