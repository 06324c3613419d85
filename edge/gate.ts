import type { Keyring } from '../shared/keys/keyring.ts';
import type { Clock, Crypto } from '../shared/ports.ts';
import { seconds } from '../shared/ports.ts';
import { credentialOf, grantsOf, type SplitUrl, splitUrl } from '../shared/recipe/request-url.ts';
import type { DerivativeKey } from '../shared/recipe/storage-key.ts';
import type { Refreshing } from '../shared/refreshing.ts';
import { Refusal } from '../shared/refusal.ts';
import {
  type AdmittedUrl,
  admit,
  authorize,
  checkCredential,
  nameOf,
  negotiate,
  readRequest,
  type SignedUrl,
} from '../shared/request/stages.ts';
import { type HostMap, longForm } from '../shared/url/host-map.ts';
import { type Policies, staleSeconds } from '../shared/versions/cache.ts';

/** What the gate reads of a viewer's request; no header but these has any influence. */
export type ViewerRequest = {
  readonly method: string;
  /** A host may belong to a tenant. */
  readonly host?: string | undefined;
  readonly uri: string;
  readonly querystring: string;
  readonly accept: string | undefined;
  /** A grant may come in a cookie; no other is looked at, and none goes further than this. */
  readonly cookie?: string | undefined;
};

export type GateDeps = {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly keys: Refreshing<Keyring>;
  readonly policies: Policies;
  readonly hosts: HostMap;
};

/** What the log may say of a request, as far as it came. */
export type RequestTrace = { url?: SplitUrl; verified?: true; kid?: string; reported?: Refusal };

function split({ method, host, uri, querystring }: ViewerRequest, { hosts }: GateDeps): SplitUrl {
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal('method', `${method} is not served`);
  return splitUrl(longForm(hosts, host, uri, querystring), querystring);
}

/**
 * A kid that the policy at hand does not accept may have been rotated in a moment ago: its first URL
 * is as valid as all that follow. Only who holds a signing key can make this read more often.
 */
async function policyFor({ tenant, kid, continuation }: SignedUrl, { policies }: GateDeps) {
  const held = await policies.of(tenant);
  const known = held === undefined || continuation || held.keys.accept.includes(kid);
  return known ? held : policies.of(tenant, staleSeconds);
}

/** Signature first; only then is a tenant worth a look-up, and only a credential worth a key. */
async function verify(
  url: SplitUrl,
  { cookie }: ViewerRequest,
  deps: GateDeps,
  trace: RequestTrace,
): Promise<AdmittedUrl> {
  const credential = grantsOf(url, cookie) ?? credentialOf(url);
  const now = seconds(deps.clock);
  const keyring = await deps.keys.read();
  const signed = await checkCredential(deps.crypto, keyring, url, credential, now);
  trace.verified = true;
  trace.kid = signed.kid;
  return admit(signed, await policyFor(signed, deps), now);
}

/**
 * Decides a request: the key of its derivative, or a refusal. Every view passes here, whether a
 * cache has the answer or not.
 */
export async function gate(
  request: ViewerRequest,
  deps: GateDeps,
  trace: RequestTrace = {},
): Promise<DerivativeKey> {
  const url = split(request, deps);
  trace.url = url;
  const verified = await verify(url, request, deps, trace);
  const parsed = readRequest(verified);
  const negotiated = negotiate(parsed, request.accept, verified.policy.autoFormats);
  const authorized = authorize(negotiated, verified.policy, seconds(deps.clock));
  if (authorized.reported !== undefined) trace.reported = authorized.reported;
  return nameOf(authorized);
}
