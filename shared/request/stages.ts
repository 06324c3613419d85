import { continuationGeneration, type Keyring, readKid } from '../keys/keyring.ts';
import { limits } from '../limits.ts';
import { type Negotiable, negotiateFormat } from '../operations/accept.ts';
import { expandPreset, findDenial, isReported, type Policy } from '../policy/policy.ts';
import type { Crypto } from '../ports.ts';
import {
  emptyRecipe,
  formatOf,
  parseOperations,
  type Recipe,
  type WrittenRecipe,
  withFormat,
} from '../recipe/recipe.ts';
import {
  type PresentedGrants,
  type SplitUrl,
  signedParts,
  type UrlSignature,
} from '../recipe/request-url.ts';
import { parseQueryRecipe } from '../recipe/spellings.ts';
import { type DerivativeKey, derivativeKey, parseKey } from '../recipe/storage-key.ts';
import { asRefusal, forbidden, Refusal } from '../refusal.ts';
import { verify } from '../url/signature.ts';
import {
  checkBlocked,
  checkGrantedPresets,
  checkGrants,
  checkKid,
  checkLifetime,
} from './admission.ts';
import { checkGrantExpiry, type Grant, grantCovers, verifyGrant } from './grant.ts';
import { snapRecipe } from './snap.ts';

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
  /** What it was let in by, where that was not a signature of its own. */
  readonly granted?: Grant;
  readonly [signed]: true;
};

/** Its tenant exists and accepts its signing key and lifetime. */
export type AdmittedUrl = { readonly url: SignedUrl; readonly policy: Policy };

export type ImageRequest = {
  readonly tenant: string;
  readonly path: string;
  readonly recipe: Recipe;
  /** The presets that a grant covers alone; nothing where it covers more, or there is none. */
  readonly presets?: readonly string[] | undefined;
};

declare const authorized: unique symbol;
/** The policy allows it. Only `authorize` makes one, and only one of these gets a key. */
export type AuthorizedRequest = ImageRequest & {
  readonly [authorized]: true;
  /** What the policy would have refused it with, were it not in report mode. */
  readonly reported?: Refusal;
};

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
  { kid, sig }: UrlSignature,
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

async function tryGrant(
  keyring: Keyring,
  { tenant }: SplitUrl,
  text: string,
  now: number,
): Promise<Grant | Refusal> {
  try {
    const grant = await verifyGrant(keyring, text, tenant);
    checkGrantExpiry(grant, now);
    return grant;
  } catch (thrown) {
    return asRefusal(thrown);
  }
}

/**
 * Finds the grant that lets a URL in: the first that is right and covers its source. Where none covers
 * it, the first that is right is handed on, for the policy to be asked before its scope is. Throws
 * `forbidden` or `expired`; `now` in seconds.
 */
async function checkGrantsOf(
  keyring: Keyring,
  url: SplitUrl,
  { grants: texts }: PresentedGrants,
  now: number,
): Promise<SignedUrl> {
  const refused: Refusal[] = [];
  let right: Grant | undefined;
  for (const text of texts) {
    const tried = await tryGrant(keyring, url, text, now);
    if (tried instanceof Refusal) refused.push(tried);
    else if (grantCovers(tried, url.path)) return toGrantedUrl(url, tried);
    else right ??= tried;
  }
  if (right !== undefined) return toGrantedUrl(url, right);
  throw refused.find(({ code }) => code === 'expired') ?? refused[0] ?? forbidden('no grant');
}

/** Checks whatever a request is asked for with. Throws `forbidden` or `expired`; `now` in seconds. */
export async function checkCredential(
  crypto: Crypto,
  keyring: Keyring,
  url: SplitUrl,
  credential: UrlSignature | PresentedGrants,
  now: number,
): Promise<SignedUrl> {
  return 'grants' in credential
    ? checkGrantsOf(keyring, url, credential, now)
    : checkSignature(crypto, keyring, url, credential, now);
}

const toGrantedUrl = (url: SplitUrl, grant: Grant): SignedUrl =>
  ({ ...url, kid: grant.kid, continuation: false, granted: grant }) as unknown as SignedUrl;

function checkSigner(url: SignedUrl, policy: Policy, now: number): void {
  const { granted: grant, kid } = url;
  checkKid(policy, kid);
  checkLifetime(policy, grant === undefined ? url.exp : String(grant.exp), now);
  if (grant === undefined) return;
  if (!grantCovers(grant, url.path))
    throw new Refusal('denied_scope', {
      reason: 'the grant does not cover this source',
      rule: 'grant.scope',
      allowed: grant.scope,
    });
  checkGrants(policy, grant.nbf, now);
}

/**
 * Throws `forbidden` for an unknown tenant, `denied_kid`, `denied_lifetime`, `denied_scope`,
 * `denied_grant` and `denied_blocked`.
 */
export function admit(url: SignedUrl, policy: Policy | undefined, now: number): AdmittedUrl {
  if (policy === undefined) throw forbidden(`there is no tenant ${url.tenant}`);
  if (!url.continuation) checkSigner(url, policy, now);
  checkBlocked(policy, url.path);
  return { url, policy };
}

/** The recipe as it was written, in whichever spelling. */
export function writtenIn({ operations, query }: SplitUrl): WrittenRecipe {
  if (query !== undefined) return parseQueryRecipe(query);
  return operations === undefined ? emptyRecipe : parseOperations(operations);
}

/** Whoever holds a grant writes the rest of the URL, and could make one object after another. */
function checkVersion(recipe: Recipe): void {
  if (recipe.steps.some(({ name }) => name === 'version'))
    throw new Refusal('denied_operation', {
      reason: 'version is for whoever signs the URL itself, not for a grant',
      rule: 'grant',
    });
}

/**
 * Reads the operations. Throws `malformed`, `denied_preset` for a preset that is not there, and
 * `denied_operation` for a version under a grant.
 */
export function readRequest({ url, policy }: AdmittedUrl): ImageRequest {
  const { granted: grant, path, tenant } = url;
  const recipe = expandPreset(policy, writtenIn(url));
  if (grant !== undefined) checkVersion(recipe);
  return { tenant, path, recipe, ...(grant?.presets ? { presets: grant.presets } : {}) };
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
  const recipe = snapRecipe(policy, request.recipe);
  if (request.presets !== undefined) checkGrantedPresets(policy, request.presets, recipe);
  const denied = findDenial(policy, recipe);
  if (denied !== undefined && !isReported(policy, denied, now)) throw denied;
  const reported = denied === undefined ? {} : { reported: denied };
  return { ...request, recipe, ...reported } as unknown as AuthorizedRequest;
}

/** The name under which the derivative lies or will lie. */
export function nameOf(request: AuthorizedRequest): DerivativeKey {
  return derivativeKey(request);
}
