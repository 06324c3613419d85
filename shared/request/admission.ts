import { continuationGeneration, type Keyring, readKid } from '../keys/keyring.ts';
import { limits } from '../limits.ts';
import { checkBlocked, type Policy } from '../policy/policy.ts';
import type { Crypto } from '../ports.ts';
import { type Recipe, withoutFree } from '../recipe/canonical.ts';
import { grantsOf, type SplitUrl, signatureOf, type UrlSignature } from '../recipe/request-url.ts';
import { parseKey } from '../recipe/storage-key.ts';
import { forbidden, Refusal } from '../refusal.ts';
import { verifyUrlSignature } from '../url/signature.ts';
import { findGrant, type Grant, type GrantVerifier, grantCovers } from './grant.ts';

/*
 * The stages verify and admit: who may request a source, and until when. Rules about recipes are in the
 * policy. Report mode relaxes no rule of these two stages.
 */

/** The signer of a request and the kind of the signature. */
export type VerifiedSigner = {
  readonly kid: string;
  /** Signed by the service itself, for a derivative that it has just stored. */
  readonly continuation: boolean;
  /** The grant, if the URL has no signature. */
  readonly granted?: Grant | undefined;
  /** The page that sent a grant in a cookie, if the policy has to name it. */
  readonly page?: string | undefined;
};

/** The parts of a request that the policy decides on. */
export type PolicyRequest = VerifiedSigner &
  Pick<SplitUrl, 'tenant' | 'path' | 'operations' | 'query' | 'exp'>;

/** Gives the current key set. Throws `unavailable`. */
export type KeyringSource = { readonly read: () => Promise<Keyring> };

declare const signed: unique symbol;
/** A URL whose signature or grant is valid and has not expired. Only `verify` makes one. */
export type SignedUrl = SplitUrl & VerifiedSigner & { readonly [signed]: true };

/** A continuation is valid for one stored derivative and two minutes. Anything else is refused. */
function checkContinuation({ uri, exp }: SplitUrl, now: number): void {
  if (exp === undefined || Number(exp) > now + limits.continuationSeconds)
    throw forbidden('a continuation is valid for two minutes at most');
  try {
    parseKey(uri);
  } catch {
    throw forbidden('a continuation is valid for canonical keys only');
  }
}

/** An unknown root costs the same work as a known one, so timing does not reveal kids. */
export function checkSignature(
  crypto: Crypto,
  keyring: Keyring,
  url: SplitUrl,
  { kid, sig }: UrlSignature,
  now: number,
): VerifiedSigner {
  const known = keyring.signingKey(url.tenant, kid);
  const signingKey = known ?? keyring.signingKey(url.tenant, `${keyring.newest}.1`) ?? '';
  const isRight = verifyUrlSignature(crypto, signingKey, { ...url, kid }, sig);
  if (known === undefined) throw forbidden(`there is no root key for kid ${kid}`);
  if (!isRight) throw forbidden('the signature is wrong');
  const continuation = readKid(kid).generation === continuationGeneration;
  if (continuation) checkContinuation(url, now);
  if (url.exp !== undefined && now > Number(url.exp))
    throw new Refusal('expired', `expired ${now - Number(url.exp)} seconds ago`);
  return { kid, continuation };
}

/** Field by field, because spreading two objects takes as long as an HMAC. */
function withSigner(url: SplitUrl, signer: VerifiedSigner): SignedUrl {
  const { tenant, path, operations, query, exp, sig, grant, uri, target } = url;
  const { kid, continuation, granted, page } = signer;
  const signed = {
    tenant,
    path,
    operations,
    query,
    uri,
    target,
    exp,
    kid,
    sig,
    grant,
    continuation,
    granted,
    page,
  };
  return signed satisfies SplitUrl & VerifiedSigner as unknown as SignedUrl;
}

/** What checking a credential needs. */
export type CredentialDeps = {
  readonly crypto: Crypto;
  readonly keys: KeyringSource;
  readonly reading?: { readonly verifyGrant: GrantVerifier } | undefined;
};

/**
 * Checks the signature or the grant, before anything else of the request is trusted or looked up.
 * Throws `forbidden` or `expired`. `now` in seconds.
 */
export async function verify(
  url: SplitUrl,
  { cookie, page }: { readonly cookie?: string | undefined; readonly page?: string | undefined },
  deps: CredentialDeps,
  now: number,
): Promise<SignedUrl> {
  const hasGrant = url.grant !== undefined || cookie !== undefined;
  const grants = hasGrant ? grantsOf(url, cookie) : undefined;
  const signature = grants === undefined ? signatureOf(url) : undefined;
  const { crypto, reading } = deps;
  const keyring = await deps.keys.read();
  if (signature !== undefined)
    return withSigner(url, checkSignature(crypto, keyring, url, signature, now));
  const granted = findGrant({ crypto, keyring, ...reading }, url, grants ?? [], now);
  const sender = url.grant === undefined ? page : undefined;
  return withSigner(url, { kid: granted.kid, continuation: false, granted, page: sender });
}

/**
 * Throws `forbidden` if the policy does not name the page that sent a cookie. Browsers send the cookie for
 * pages of every tenant, and the deployment lets the pages of all tenants read answers.
 */
export function checkPage({ origins }: Policy, page: string): void {
  if (!origins.includes(page))
    throw new Refusal('forbidden', {
      reason: `the policy does not let pages of ${page} use a grant in a cookie`,
      rule: 'urls.origins',
      allowed: origins,
    });
}

/** Throws `denied_grant` if the policy allows no grants, or the grant is not valid yet. `now` in seconds. */
export function checkGrants({ grants }: Policy, nbf: number | undefined, now: number): void {
  if (!grants)
    throw new Refusal('denied_grant', {
      reason: 'the policy does not accept grants',
      rule: 'urls.grants',
      allowed: false,
    });
  if (nbf !== undefined && nbf > now + limits.clockSkewSeconds)
    throw new Refusal('denied_grant', `the grant is not valid for another ${nbf - now} seconds`);
}

/**
 * Throws `denied_preset` if the grant names presets and the recipe is not one of them. The policy's own
 * rules apply as well. Report mode does not relax this rule, because the minter signed it.
 */
export function checkGrantedPresets(policy: Policy, names: readonly string[], asked: Recipe): void {
  const { text } = withoutFree(asked);
  if (!names.some((name) => policy.presetTexts.get(name)?.has(text)))
    throw new Refusal('denied_preset', {
      reason: 'the grant covers only presets',
      rule: 'grant.presets',
      allowed: names,
    });
}

/** Throws `denied_kid` when the tenant no longer accepts this signing key. */
export function checkKid(policy: Policy, kid: string): void {
  const { accept } = policy.keys;
  if (!accept.includes(kid))
    throw new Refusal('denied_kid', {
      reason: `the policy does not accept kid ${kid}`,
      rule: 'keys.accept',
      allowed: accept,
    });
}

/** Throws `denied_lifetime` if the URL is valid for longer than the policy allows. `now` in seconds. */
export function checkLifetime(policy: Policy, exp: string | undefined, now: number): void {
  const { maxLifetime } = policy;
  if (maxLifetime === null) return;
  const reason =
    exp === undefined
      ? 'the URL never expires and the policy has a lifetime'
      : `exp is more than ${maxLifetime} seconds away`;
  if (exp === undefined || Number(exp) > now + maxLifetime + limits.clockSkewSeconds)
    throw new Refusal('denied_lifetime', {
      reason,
      rule: 'urls.maxLifetime',
      allowed: maxLifetime,
    });
}

function checkGrant(granted: Grant, path: string, policy: Policy, now: number): void {
  if (!grantCovers(granted, path))
    throw new Refusal('denied_scope', {
      reason: 'the grant does not cover this source',
      rule: 'grant.scope',
      allowed: granted.scope,
    });
  checkGrants(policy, granted.nbf, now);
}

/**
 * Checks the signing key, the lifetime and the source against the policy. Throws `forbidden` for an
 * unknown tenant or a page that the policy does not name, `denied_kid`, `denied_lifetime`, `denied_scope`, `denied_grant` or `denied_blocked`.
 * `now` in seconds.
 */
export function admit(request: PolicyRequest, policy: Policy | undefined, now: number): Policy {
  const { granted, exp } = request;
  if (policy === undefined) throw forbidden(`there is no tenant ${request.tenant}`);
  if (request.page !== undefined) checkPage(policy, request.page);
  if (!request.continuation) {
    checkKid(policy, request.kid);
    checkLifetime(policy, granted === undefined ? exp : String(granted.exp), now);
    if (granted !== undefined) checkGrant(granted, request.path, policy, now);
  }
  checkBlocked(policy, request.path);
  return policy;
}
