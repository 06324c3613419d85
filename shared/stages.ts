import { type Negotiable, negotiateFormat } from './accept.ts';
import { continuationGeneration, type Keyring, readKid } from './keyring.ts';
import { limits } from './limits.ts';
import {
  checkBlocked,
  checkKid,
  checkLifetime,
  denial,
  expandPreset,
  isReported,
  type Policy,
} from './policy.ts';
import type { Crypto } from './ports.ts';
import {
  formatOf,
  noOperations,
  parseOperations,
  type Recipe,
  type WrittenRecipe,
  withFormat,
} from './recipe.ts';
import { Refusal } from './refusal.ts';
import { type Credential, type SplitUrl, signedParts } from './request-url.ts';
import { verify } from './signature.ts';
import { snapped } from './snap.ts';
import { parseQueryRecipe } from './spelling.ts';
import { type DerivativeKey, derivativeKey, parseKey } from './storage-key.ts';

/*
 * A request on its way: each stage takes what the one before made and returns something narrower.
 * The edge runs them in the order of this file; `signet explain` runs them one at a time.
 */

declare const signed: unique symbol;
/** Its signature is right and it has not expired. */
export type SignedUrl = SplitUrl & {
  readonly kid: string;
  /** Signed by the service itself, for a derivative that it has just stored. */
  readonly continuation: boolean;
  readonly [signed]: true;
};

/** Its tenant exists and accepts its signing key and lifetime. */
export type AdmittedUrl = { readonly url: SignedUrl; readonly policy: Policy };

export type ImageRequest = {
  readonly tenant: string;
  readonly path: string;
  readonly recipe: Recipe;
};

declare const authorized: unique symbol;
/** The policy allows it. Only `authorize` makes one, and only one of these gets a key. */
export type AuthorizedRequest = ImageRequest & {
  readonly [authorized]: true;
  /** What the policy would have refused it with, were it not in report mode. */
  readonly reported?: Refusal;
};

const forbidden = (reason: string): Refusal => new Refusal('forbidden', reason);

/** A continuation leads to one stored derivative, soon: anything else it might sign is refused. */
function checkContinuation({ uri, exp }: SplitUrl, now: number): void {
  if (exp === undefined || Number(exp) > now + limits.continuationSeconds)
    throw forbidden('a continuation lives two minutes at most');
  try {
    parseKey(uri);
  } catch {
    throw forbidden('a continuation is valid for canonical keys only');
  }
}

/**
 * Checks the signature before anything else is believed or looked up. An unknown root costs the
 * same work as a known one. Throws `forbidden` or `expired`; `now` in seconds.
 */
export function checkSignature(
  crypto: Crypto,
  keyring: Keyring,
  url: SplitUrl,
  { kid, sig }: Credential,
  now: number,
): SignedUrl {
  const known = keyring.signingKey(url.tenant, kid);
  const signingKey = known ?? keyring.signingKey(url.tenant, `${keyring.newest}.1`) ?? '';
  const right = verify(crypto, signingKey, signedParts(url, kid), sig);
  if (known === undefined) throw forbidden(`there is no root key for kid ${kid}`);
  if (!right) throw forbidden('the signature is wrong');
  const continuation = readKid(kid).generation === continuationGeneration;
  if (continuation) checkContinuation(url, now);
  if (url.exp !== undefined && now > Number(url.exp))
    throw new Refusal('expired', `expired ${now - Number(url.exp)} seconds ago`);
  return { ...url, kid, continuation } as unknown as SignedUrl;
}

/** Throws `forbidden` for an unknown tenant, `denied_kid`, `denied_lifetime` and `denied_blocked`. */
export function admit(url: SignedUrl, policy: Policy | undefined, now: number): AdmittedUrl {
  if (policy === undefined) throw forbidden(`there is no tenant ${url.tenant}`);
  if (!url.continuation) {
    checkKid(policy, url.kid);
    checkLifetime(policy, url.exp, now);
  }
  checkBlocked(policy, url.path);
  return { url, policy };
}

/** The recipe as it was written, in whichever spelling. */
export function writtenIn({ operations, query }: SplitUrl): WrittenRecipe {
  if (query !== undefined) return parseQueryRecipe(query);
  return operations === undefined ? noOperations : parseOperations(operations);
}

/** Reads the operations. Throws `malformed`, or `denied_preset` for a preset that is not there. */
export function readRequest({ url, policy }: AdmittedUrl): ImageRequest {
  return { tenant: url.tenant, path: url.path, recipe: expandPreset(policy, writtenIn(url)) };
}

/** Settles `format,f_auto`; nothing else in a request ever depends on a header. */
export function negotiate(
  request: ImageRequest,
  accept: string | undefined,
  order: readonly Negotiable[],
): ImageRequest {
  if (formatOf(request.recipe) !== 'auto') return request;
  return { ...request, recipe: withFormat(request.recipe, negotiateFormat(accept, order)) };
}

/**
 * Throws the policy's denial. What the policy only snaps or reports goes through, the one with another
 * length, the other with what it would have been refused with. `now` in seconds.
 */
export function authorize(request: ImageRequest, policy: Policy, now: number): AuthorizedRequest {
  const recipe = snapped(policy, request.recipe);
  const denied = denial(policy, recipe);
  if (denied !== undefined && !isReported(policy, denied, now)) throw denied;
  const reported = denied === undefined ? {} : { reported: denied };
  return { ...request, recipe, ...reported } as unknown as AuthorizedRequest;
}

/** The name under which the derivative lies or will lie. */
export function nameOf(request: AuthorizedRequest): DerivativeKey {
  return derivativeKey(request);
}
