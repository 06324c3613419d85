import { limits } from '../limits.ts';
import { forbidden, malformed } from '../refusal.ts';
import { decodePath, decodeText, type SourcePath, splitPath } from '../url/path.ts';
import { isExp, isKid, isSignature, type SignedParts } from '../url/signature.ts';
import { type QueryRecipe, type SpellingName, spellingNames } from './spellings.ts';

/** A signature that has the right form. Whether it is the right one is for `verify` to say. */
export type UrlSignature = { readonly kid: string; readonly sig: string };
/** One grant or several, of which the first that is right and covers the source counts. */
export type PresentedGrants = { readonly grants: readonly string[] };

/** A request's URL in parts that are well-formed and not yet believed. */
export type SplitUrl = SourcePath & {
  /** The path as the viewer sent it. */
  readonly uri: string;
  /** The same, decoded: what the signature covers. */
  readonly target: string;
  /** Unix seconds; nothing when the URL never expires. */
  readonly exp: string | undefined;
  readonly kid: string | undefined;
  readonly sig: string | undefined;
  /** One signature for many URLs, in the place of this one's own. */
  readonly grant: string | undefined;
  /** A recipe in one of the query spellings, instead of operations behind the path. */
  readonly query: QueryRecipe | undefined;
};

/** The parameters of a signature. None of them needs an escape, so none may hold one. */
const signatureNames = ['exp', 'kid', 'sig'] as const;
const names = [...signatureNames, 'grant', ...spellingNames] as const;
type Name = (typeof names)[number];

function readPart(part: string): readonly [Name, string] {
  const at = part.indexOf('=');
  if (at <= 0) throw malformed('the query has an empty part or one without a value');
  const written = part.slice(0, at);
  const value = part.slice(at + 1);
  const name = names.find((one) => one === written);
  // A name that looks like none may be a signature in the wrong place: it must not reach a log.
  if (name === undefined)
    throw malformed(
      /^[A-Za-z-]{1,32}$/.test(written)
        ? `the query has an unknown parameter "${written}"`
        : 'the query has an unknown parameter',
    );
  if (isSpelling(name)) return [name, decodeText(value, `the value of ${name}`)];
  if (value.includes('%')) throw malformed(`the query has an escape in ${name}`);
  return [name, value];
}

const isSpelling = (name: Name): name is SpellingName => spellingNames.some((one) => one === name);

/** The recipe in the query, if there is one: never two, and never beside operations in the path. */
function queryRecipe(query: ReadonlyMap<Name, string>, { operations }: SourcePath) {
  const [first, second] = spellingNames.flatMap((name): readonly QueryRecipe[] => {
    const value = query.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
  if (second !== undefined || (first !== undefined && operations !== undefined))
    throw malformed('the recipe is written in two spellings; use one');
  return first;
}

/** Each parameter once, only known ones, in any order. */
function readQuery(querystring: string): ReadonlyMap<Name, string> {
  const read = new Map<Name, string>();
  if (querystring === '') return read;
  for (const part of querystring.split('&')) {
    const [name, value] = readPart(part);
    if (read.has(name)) throw malformed(`the query has ${name} twice`);
    read.set(name, value);
  }
  return read;
}

/** A URL has one credential; of two nobody could say which was meant. */
function checkCredential(query: ReadonlyMap<Name, string>): void {
  const beside = signatureNames.find((name) => query.has(name));
  if (query.has('grant') && beside !== undefined)
    throw malformed(`the query has ${beside} beside a grant; use one of the two`);
}

/**
 * Splits a URL as CloudFront hands it over: `uri` raw, `querystring` without its question mark.
 * Throws `malformed`; looks at no secret and at nothing behind the suffix's separator.
 */
export function splitUrl(uri: string, querystring: string): SplitUrl {
  if (uri.length + querystring.length + 1 > limits.urlBytes)
    throw malformed(`the URL is longer than ${limits.urlBytes} bytes`);
  const target = decodePath(uri);
  const query = readQuery(querystring);
  checkCredential(query);
  const exp = query.get('exp');
  if (exp !== undefined && !isExp(exp))
    throw malformed(
      /^[1-9][0-9]{12}$/.test(exp)
        ? 'exp is in milliseconds; it counts whole seconds since 1970'
        : 'exp is not the ten digits of a time in whole seconds since 1970',
    );
  const parts = splitPath(target);
  const credential = { kid: query.get('kid'), sig: query.get('sig'), grant: query.get('grant') };
  return { ...parts, ...credential, uri, target, exp, query: queryRecipe(query, parts) };
}

/** The URL's credential. Throws `forbidden` where it is missing or does not have the form of one. */
export function credentialOf({ kid, sig }: SplitUrl): UrlSignature {
  if (kid === undefined || sig === undefined)
    throw forbidden('the URL is not signed: kid or sig is missing');
  if (!isKid(kid)) throw forbidden('kid is not written as root.generation');
  if (!isSignature(sig)) throw forbidden('sig is not 43 characters of unpadded base64url');
  return { kid, sig };
}

/** What the signature of this URL has to cover. */
export function signedParts({ target, exp, query }: SplitUrl, kid: string): SignedParts {
  return query === undefined ? { kid, exp, target } : { kid, exp, target, query };
}

const cookieName = 'signet-grant';

/** The grants in a Cookie header, as RFC 6265 writes it. */
function grantsIn(cookie: string): readonly string[] {
  const pairs = cookie.split(';').map((pair) => pair.trim());
  const named = pairs.filter((pair) => pair.startsWith(`${cookieName}=`));
  return named
    .slice(0, limits.grantCookies)
    .map((pair) => pair.slice(cookieName.length + 1).replace(/^"(.*)"$/, '$1'));
}

/** The grants that a request comes with: in its query, or, where that has no credential, in cookies. */
export function grantsOf(url: SplitUrl, cookie: string | undefined): PresentedGrants | undefined {
  if (url.grant !== undefined) return { grants: [url.grant] };
  const { exp, kid, sig } = url;
  if (cookie === undefined || [exp, kid, sig].some((one) => one !== undefined)) return undefined;
  const found = grantsIn(cookie);
  return found.length === 0 ? undefined : { grants: found };
}
