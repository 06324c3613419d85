import { CompactSign, compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import { continuationGeneration, type Keyring, readKid } from '../keys/keyring.ts';
import { limits } from '../limits.ts';
import type { SplitUrl } from '../recipe/request-url.ts';
import { asRefusal, forbidden, malformed, Refusal } from '../refusal.ts';
import { covers, scopeFault } from '../url/scope.ts';
import { isExp, isKid, isSignature } from '../url/signature.ts';
import { utf8 } from '../utf8.ts';

/*
 * One signature for many URLs: a JWT (RFC 7519) over HS256, signed with the signing key of the tenant
 * in the path. It says which sources may be requested, until when, and with which presets.
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
const algorithm = 'HS256';

/** Three parts in base64url. The last is a signature in its only spelling. */
const grantForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.([A-Za-z0-9_-]{43})$/;

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

/** Exactly these three members, so that a header cannot name a key, a URL or another algorithm. */
function readHeader(text: string): string {
  const header: Readonly<Record<string, unknown>> = decodeProtectedHeader(text);
  const { alg, typ, kid } = header;
  const exact = Object.keys(header).toSorted().join() === 'alg,kid,typ';
  if (!exact || alg !== algorithm || typ !== grantType)
    throw forbidden(`the header of the grant is not {"alg":"HS256","typ":"${grantType}","kid"}`);
  if (typeof kid !== 'string' || !isKid(kid))
    throw forbidden('the kid of the grant is not written as root.generation');
  // The service signs continuations with this generation. Nothing else is signed with it.
  if (readKid(kid).generation === continuationGeneration)
    throw forbidden('the kid of the grant is not one that signs grants');
  return kid;
}

function parseJwt<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown;
    throw forbidden('the grant is not a JWT');
  }
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

/** Reads a grant without checking its signature. Throws `forbidden` if it cannot be this tenant's. */
export function readGrant(text: string, tenant: string): Grant {
  const [, sig = ''] = grantForm.exec(text) ?? [];
  if (text.length > limits.grantCharacters || !isSignature(sig))
    throw forbidden('the grant is not written as one');
  const kid = parseJwt(() => readHeader(text));
  const read = v.safeParse(
    claims,
    parseJwt(() => decodeJwt(text)),
  );
  if (!read.success) throw unreadableClaim(v.getDotPath(read.issues[0]) ?? 'claims');
  const { iss, scope: named, exp, nbf, presets } = read.output;
  if (iss !== tenant) throw forbidden('the grant belongs to another tenant');
  return { kid, scope: [named].flat(), exp, nbf, presets };
}

/** An unknown root takes as long as a known one, so that timing does not reveal kids. */
function keyFor(keyring: Keyring, tenant: string, kid: string) {
  const known = keyring.signingKey(tenant, kid);
  const text = known ?? keyring.signingKey(tenant, `${keyring.newest}.1`) ?? '';
  return { known: known !== undefined, bytes: utf8(text) };
}

/** Reads a grant and checks its signature. Throws `forbidden`. */
export async function verifyGrant(keyring: Keyring, text: string, tenant: string): Promise<Grant> {
  const grant = readGrant(text, tenant);
  const { known, bytes } = keyFor(keyring, tenant, grant.kid);
  const right = await compactVerify(text, bytes, { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  );
  if (!known) throw forbidden(`there is no root key for kid ${grant.kid}`);
  if (!right) throw forbidden('the signature of the grant is wrong');
  return grant;
}

/** Whether the grant covers a source's path. */
export const grantCovers = ({ scope: named }: Grant, path: string): boolean =>
  named.some((one) => covers(one, path));

/** Throws `expired`; `now` in seconds. */
export function checkGrantExpiry({ exp }: Grant, now: number): void {
  if (now > exp) throw new Refusal('expired', `the grant expired ${now - exp} seconds ago`);
}

async function tryGrant(
  keyring: Keyring,
  tenant: string,
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
 * Finds the first valid grant that covers the source. If none covers it, the first valid one is
 * returned, so that its policy is checked before its scope. Throws `forbidden` or `expired`.
 */
export async function findGrant(
  keyring: Keyring,
  url: Pick<SplitUrl, 'tenant' | 'path'>,
  grants: readonly string[],
  now: number,
): Promise<Grant> {
  const refused: Refusal[] = [];
  let valid: Grant | undefined;
  for (const text of grants) {
    const tried = await tryGrant(keyring, url.tenant, text, now);
    if (tried instanceof Refusal) refused.push(tried);
    else if (grantCovers(tried, url.path)) return tried;
    else valid ??= tried;
  }
  if (valid !== undefined) return valid;
  throw refused.find(({ code }) => code === 'expired') ?? refused[0] ?? forbidden('no grant');
}

/** The content of a new grant. Its tenant is the owner of the signing key. */
export type GrantClaims = Pick<Grant, 'scope' | 'exp'> & Partial<Pick<Grant, 'nbf' | 'presets'>>;

function checkRequest({ scope: named, exp }: GrantClaims): void {
  if (named.length === 0 || named.length > limits.grantScopes)
    throw malformed(`a grant needs 1 to ${limits.grantScopes} scopes`);
  for (const one of named) {
    const fault = scopeFault(one);
    if (fault !== undefined) throw malformed(`"${one}" is not a scope: ${fault}`);
  }
  if (!isExp(String(exp))) throw malformed('exp is not a time in whole seconds since 1970');
}

/** Mints a grant. Throws `malformed` for one that the service would refuse. */
export async function mintGrant(
  tenant: string,
  request: GrantClaims,
  { kid, signingKey }: { readonly kid: string; readonly signingKey: string },
): Promise<string> {
  checkRequest(request);
  const { scope: named, exp, nbf, presets } = request;
  const [only] = named;
  const payload = {
    iss: tenant,
    scope: named.length === 1 ? only : named,
    exp,
    ...(nbf === undefined ? {} : { nbf }),
    ...(presets === undefined ? {} : { presets }),
  };
  const text = await new CompactSign(utf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: algorithm, typ: grantType, kid })
    .sign(utf8(signingKey));
  if (text.length > limits.grantCharacters)
    throw malformed(
      `the grant has more than ${limits.grantCharacters} characters; name fewer scopes`,
    );
  return text;
}
