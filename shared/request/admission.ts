import { continuationGeneration, type Keyring, readKid } from '../keys/keyring.ts';
import { limits } from '../limits.ts';
import { checkBlocked, type Policy, printPreset } from '../policy/policy.ts';
import type { Crypto } from '../ports.ts';
import { type Recipe, withoutFree } from '../recipe/canonical.ts';
import { grantsOf, type SplitUrl, signatureOf, type UrlSignature } from '../recipe/request-url.ts';
import { parseKey } from '../recipe/storage-key.ts';
import { forbidden, Refusal } from '../refusal.ts';
import { verifyUrlSignature } from '../url/signature.ts';
import { findGrant, type Grant, grantCovers } from './grant.ts';

/*
 * Who may ask, for how long and for which sources: verify and admit. Rules about recipes belong to the
 * policy. Report mode relaxes nothing here.
 */

/** Who signed a request, and with what. */
export type VerifiedSigner = {
  readonly kid: string;
  /** Signed by the service itself, for a derivative that it has just stored. */
  readonly continuation: boolean;
  /** The grant that stands in for a signature of the URL's own. */
  readonly granted?: Grant | undefined;
};

/** The parts of a request that its policy decides on. */
export type PolicyRequest = VerifiedSigner &
  Pick<SplitUrl, 'tenant' | 'path' | 'operations' | 'query' | 'exp'>;

/** Gives the current key set. Throws `unavailable`. */
export type KeyringSource = { readonly read: () => Promise<Keyring> };

declare const signed: unique symbol;
/** A URL whose signature or grant is valid and has not expired. Only `verify` makes one. */
export type SignedUrl = SplitUrl & VerifiedSigner & { readonly [signed]: true };

/** A continuation leads to one stored derivative, within two minutes. Everything else is refused. */
function checkContinuation({ uri, exp }: SplitUrl, now: number): void {
  if (exp === undefined || Number(exp) > now + limits.continuationSeconds)
    throw forbidden('a continuation lives two minutes at most');
  try {
    parseKey(uri);
  } catch {
    throw forbidden('a continuation is valid for canonical keys only');
  }
}

/** An unknown root costs the same work as a known one, so timing tells nothing about kids. */
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

/**
 * Checks the signature or the grant, before anything else is believed or looked up. Throws `forbidden`
 * or `expired`; `now` in seconds.
 */
export async function verify(
  url: SplitUrl,
  cookie: string | undefined,
  { crypto, keys }: { readonly crypto: Crypto; readonly keys: KeyringSource },
  now: number,
): Promise<SignedUrl> {
  const hasGrant = url.grant !== undefined || cookie !== undefined;
  const grants = hasGrant ? grantsOf(url, cookie) : undefined;
  const signature = grants === undefined ? signatureOf(url) : undefined;
  const keyring = await keys.read();
  const signer =
    signature === undefined
      ? toSigner(await findGrant(keyring, url, grants ?? [], now))
      : checkSignature(crypto, keyring, url, signature, now);
  return { ...url, ...signer } as unknown as SignedUrl;
}

const toSigner = (granted: Grant): VerifiedSigner => ({
  kid: granted.kid,
  continuation: false,
  granted,
});

/** Throws `denied_grant` where grants stand for nothing. `now` in seconds. */
export function checkGrants({ grants }: Policy, nbf: number | undefined, now: number): void {
  if (!grants)
    throw new Refusal('denied_grant', {
      reason: 'the policy takes no grants',
      rule: 'urls.grants',
      allowed: false,
    });
  if (nbf !== undefined && nbf > now + limits.clockSkewSeconds)
    throw new Refusal('denied_grant', `the grant is not valid for another ${nbf - now} seconds`);
}

/**
 * Throws `denied_preset` for a recipe that is none of the presets that a grant names. It is asked besides
 * the policy's own rules, and no report mode relaxes it: it is what the minter signed.
 */
export function checkGrantedPresets(policy: Policy, names: readonly string[], asked: Recipe): void {
  const printed = names.flatMap((name) => {
    const recipe = policy.presets.get(name);
    return recipe === undefined ? [] : printPreset(recipe, policy.autoFormats);
  });
  if (!printed.includes(withoutFree(asked).text))
    throw new Refusal('denied_preset', {
      reason: 'the grant covers presets alone',
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

/** Throws `denied_lifetime` when the URL lives longer than the policy lets it. `now` in seconds. */
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
 * Asks who may ask, for how long and for which source. Throws `forbidden` for an unknown tenant,
 * `denied_kid`, `denied_lifetime`, `denied_scope`, `denied_grant` and `denied_blocked`. `now` in seconds.
 */
export function admit(request: PolicyRequest, policy: Policy | undefined, now: number): Policy {
  const { granted, exp } = request;
  if (policy === undefined) throw forbidden(`there is no tenant ${request.tenant}`);
  if (!request.continuation) {
    checkKid(policy, request.kid);
    checkLifetime(policy, granted === undefined ? exp : String(granted.exp), now);
    if (granted !== undefined) checkGrant(granted, request.path, policy, now);
  }
  checkBlocked(policy, request.path);
  return policy;
}
