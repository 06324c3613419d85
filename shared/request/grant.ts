import * as v from 'valibot';
import { continuationGeneration, type Keyring, readKid } from '../keys/keyring.ts';
import { limits } from '../limits.ts';
import type { Crypto } from '../ports.ts';
import type { SplitUrl } from '../recipe/request-url.ts';
import { asRefusal, forbidden, Refusal } from '../refusal.ts';
import { covers, scopeFault } from '../url/scope.ts';
import { isKid, isSignature } from '../url/signature.ts';

/*
 * One signature for many URLs: a JWT (RFC 7519) over HS256, signed with the signing key of the tenant
 * in the path. It says which sources may be requested, until when, and with which presets. Its form is
 * narrow, and a view must not cost more than its cryptography, so it is read here and not by a library.
 */

/** A grant that is well-formed. `verifyGrant` checks its signature. */
export type Grant = {
  readonly kid: string;
  readonly scope: readonly string[];
  /** Unix seconds. */
  readonly exp: number;
  readonly nbf: number | undefined;
  /** If given, only the recipes of these presets are allowed. */
  readonly presets: readonly string[] | undefined;
};

export const grantType = 'signet-grant+jwt';
export const grantAlgorithm = 'HS256';

/** Header, claims and signature. Only the last has one spelling only, which `isSignature` checks. */
const grantForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9_999_999_999));
const scope = v.pipe(
  v.string(),
  v.check((text) => scopeFault(text) === undefined),
);
/**
 * Any JWT library can mint a grant. Some add iat, jti or sub, which grant nothing and are ignored. Any other
 * claim is refused: it may be a misspelled one that was meant to limit the grant.
 */
const claims = v.strictObject({
  iss: v.string(),
  scope: v.union([scope, v.pipe(v.array(scope), v.minLength(1), v.maxLength(limits.grantScopes))]),
  exp: v.pipe(seconds, v.minValue(1_000_000_000)),
  nbf: v.optional(seconds),
  presets: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(limits.presets))),
  iat: v.optional(v.number()),
  jti: v.optional(v.string()),
  sub: v.optional(v.string()),
});

/** Reads a part of the token as JSON. */
function readPart(decode: Decode, part: string): unknown {
  try {
    return JSON.parse(decode(part));
  } catch {
    throw forbidden('the grant is not a JWT');
  }
}

/** Exactly these three members, so that a header cannot name a key, a URL or another algorithm. */
function readHeader(header: unknown): string {
  const { alg, typ, kid } = (header ?? {}) as Readonly<Record<string, unknown>>;
  if (alg !== grantAlgorithm || typ !== grantType || Object.keys(header ?? {}).length !== 3)
    throw forbidden(`the header of the grant is not {"alg":"HS256","typ":"${grantType}","kid"}`);
  if (typeof kid !== 'string' || !isKid(kid))
    throw forbidden('the kid of the grant is not written as root.generation');
  // The service signs continuations with this generation. Nothing else is signed with it.
  if (readKid(kid).generation === continuationGeneration)
    throw forbidden('the kid of the grant is not one that signs grants');
  return kid;
}

/** The expected form of each claim. */
const expected: Readonly<Record<string, string>> = {
  iss: 'the name of the tenant',
  scope: 'a source, prefix/* or *, without a slash in front, or up to sixteen of them',
  exp: 'whole seconds since 1970, ten digits',
  nbf: 'whole seconds since 1970',
  presets: 'a list of names',
  ...{ iat: 'a number', jti: 'a text', sub: 'a text' },
};

function unreadableClaim(path: string): Refusal {
  const [name = ''] = path.split('.');
  const what = Object.hasOwn(expected, name)
    ? `it has to be ${expected[name]}`
    : 'a grant has no such claim';
  return forbidden(`the grant's ${path} cannot be read: ${what}`);
}

/** Turns unpadded base64url into text. */
export type Decode = Crypto['decode'];

/** A grant that is well-formed, with the parts of its token. */
type ReadGrant = { readonly grant: Grant; readonly signed: string; readonly sig: string };

function readToken(text: string, tenant: string, decode: Decode): ReadGrant {
  const isShort = text.length <= limits.grantCharacters;
  const [, head = '', body = '', sig = ''] = (isShort ? grantForm.exec(text) : undefined) ?? [];
  if (!isSignature(sig)) throw forbidden('the grant is not written as one');
  const kid = readHeader(readPart(decode, head));
  const read = v.safeParse(claims, readPart(decode, body));
  if (!read.success) throw unreadableClaim(v.getDotPath(read.issues[0]) ?? 'claims');
  const { iss, scope: named, exp, nbf, presets } = read.output;
  if (iss !== tenant) throw forbidden('the grant belongs to another tenant');
  const scopes = typeof named === 'string' ? [named] : named;
  return { grant: { kid, scope: scopes, exp, nbf, presets }, signed: `${head}.${body}`, sig };
}

/** Reads a grant without checking its signature. Throws `forbidden` if it cannot be this tenant's. */
export const readGrant = (text: string, tenant: string, decode: Decode): Grant =>
  readToken(text, tenant, decode).grant;

/** Reads a grant and checks its signature. Throws `forbidden`. */
export function verifyGrant(crypto: Crypto, keyring: Keyring, text: string, tenant: string): Grant {
  const { grant, signed, sig } = readToken(text, tenant, crypto.decode);
  const known = keyring.signingKey(tenant, grant.kid);
  // An unknown root takes as long as a known one, so that timing does not reveal kids.
  const key = known ?? keyring.signingKey(tenant, `${keyring.newest}.1`) ?? '';
  const isRight = crypto.equal(crypto.hmac(key, signed), sig);
  if (known === undefined) throw forbidden(`there is no root key for kid ${grant.kid}`);
  if (!isRight) throw forbidden('the signature of the grant is wrong');
  return grant;
}

/** Verifies a grant as `verifyGrant` does, or knows that it did before. Throws `forbidden`. */
export type GrantVerifier = typeof verifyGrant;

/** Whether the grant covers a source's path. */
export const grantCovers = ({ scope: named }: Grant, path: string): boolean =>
  named.some((one) => covers(one, path));

/** Throws `expired`; `now` in seconds. */
export function checkGrantExpiry({ exp }: Grant, now: number): void {
  if (now > exp) throw new Refusal('expired', `the grant expired ${now - exp} seconds ago`);
}

type GrantDeps = {
  readonly crypto: Crypto;
  readonly keyring: Keyring;
  readonly verifyGrant?: GrantVerifier | undefined;
};

function tryGrant(deps: GrantDeps, tenant: string, text: string, now: number): Grant | Refusal {
  try {
    const grant = (deps.verifyGrant ?? verifyGrant)(deps.crypto, deps.keyring, text, tenant);
    checkGrantExpiry(grant, now);
    return grant;
  } catch (thrown) {
    return asRefusal(thrown);
  }
}

/**
 * Finds the first valid grant that covers the source. If none covers it, the first valid one is
 * returned, so that its policy is checked before its scope. Throws `forbidden` or `expired`.
 */
export function findGrant(
  deps: GrantDeps,
  { tenant, path }: Pick<SplitUrl, 'tenant' | 'path'>,
  grants: readonly string[],
  now: number,
): Grant {
  const refused: Refusal[] = [];
  let valid: Grant | undefined;
  for (const text of grants) {
    const tried = tryGrant(deps, tenant, text, now);
    if (tried instanceof Refusal) refused.push(tried);
    else if (grantCovers(tried, path)) return tried;
    else valid ??= tried;
  }
  if (valid !== undefined) return valid;
  throw refused.find(({ code }) => code === 'expired') ?? refused[0] ?? forbidden('no grant');
}
