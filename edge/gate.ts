import type { Keyring } from '../shared/keys/keyring.ts';
import type { Crypto } from '../shared/ports.ts';
import type { DerivativeKey } from '../shared/recipe/storage-key.ts';
import type { Refreshing } from '../shared/refreshing.ts';
import type { SignedUrl } from '../shared/request/admission.ts';
import type { Reading } from '../shared/request/reading.ts';
import { type Observe, runStages, type ViewerRequest } from '../shared/request/stages.ts';
import type { HostMap } from '../shared/url/host-map.ts';
import { type Policies, staleSeconds } from '../shared/versions/cache.ts';

/** What the gate needs. `keys` and `policies` are cached between requests. */
export type GateDeps = {
  readonly crypto: Crypto;
  /** The time in whole Unix seconds. */
  readonly now: () => number;
  readonly keys: Pick<Refreshing<Keyring>, 'read'>;
  readonly policies: Pick<Policies, 'of'>;
  readonly hosts: HostMap;
  /** What the container remembers of the texts that it has read. */
  readonly reading?: Reading;
};

/**
 * The kid may be new after a rotation. If the cached policy does not accept it, the policy is read
 * again. Only the holder of a signing key can cause this read.
 */
async function readPolicyFor(
  { tenant, kid, continuation }: SignedUrl,
  policies: GateDeps['policies'],
): ReturnType<Policies['of']> {
  const held = await policies.of(tenant);
  const isSettled = held === undefined || continuation || held.keys.accept.includes(kid);
  return isSettled ? held : policies.of(tenant, staleSeconds);
}

/**
 * Checks a request and returns the key of its derivative. Throws refusals. It runs on every view, cache
 * hits included. `observe` receives the result of each stage.
 */
export function gate(
  request: ViewerRequest,
  deps: GateDeps,
  observe?: Observe,
): Promise<DerivativeKey> {
  const policyFor = (url: SignedUrl) => readPolicyFor(url, deps.policies);
  return runStages(request, { ...deps, policyFor }, observe);
}
