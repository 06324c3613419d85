import { limits } from '../limits.ts';
import { forbidden, malformed, type Refusal } from '../refusal.ts';
import { decodePath, decodeText, type SourcePath, splitPath } from '../url/path.ts';
import { isExp, isKid, isSignature } from '../url/signature.ts';
import { type QueryRecipe, type SpellingName, spellingNames } from './spellings.ts';

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

const isSpelling = (name: Name): name is SpellingName => spellingNames.some((one) => one === name);

/** The recipe in the query, if there is one: never two, and never beside operations in the path. */
function findQueryRecipe(query: ReadonlyMap<Name, string>, { operations }: SourcePath) {
  const [first, second] = spellingNames.flatMap((name): readonly QueryRecipe[] => {
    const value = query.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
  if (second !== undefined || (first !== undefined && operations !== undefined))
    throw malformed('the recipe is written in two spellings; use one');
  return first;
}

/** Reads a query of known parameters, each once, in any order. */
function readQuery(querystring: string): ReadonlyMap<Name, string> {
  const read = new Map<Name, string>();
  for (const part of querystring.split('&')) {
    const at = part.indexOf('=');
    if (at <= 0) throw malformed('the query has an empty part or one without a value');
    const value = part.slice(at + 1);
    const name = names.find((one) => one === part.slice(0, at));
    if (name === undefined) throw unknownParameter(part.slice(0, at));
    if (!isSpelling(name) && value.includes('%'))
      throw malformed(`the query has an escape in ${name}`);
    if (read.has(name)) throw malformed(`the query has ${name} twice`);
    read.set(name, isSpelling(name) ? decodeText(value, `the value of ${name}`) : value);
  }
  return read;
}

/** An odd name may be a signature in the wrong place, which must not reach a log. */
function unknownParameter(name: string): Refusal {
  return malformed(
    /^[A-Za-z-]{1,32}$/.test(name)
      ? `the query has an unknown parameter "${name}"`
      : 'the query has an unknown parameter',
  );
}

/**
 * Splits a URL as CloudFront hands it over: `uri` raw, `querystring` without its question mark.
 * Throws `malformed`; looks at no secret and at nothing behind the suffix's separator.
 */
export function splitUrl(uri: string, querystring: string): SplitUrl {
  if (uri.length + querystring.length + 1 > limits.urlBytes)
    throw malformed(`the URL is longer than ${limits.urlBytes} bytes`);
  const target = decodePath(uri);
  const query: ReadonlyMap<Name, string> = querystring === '' ? new Map() : readQuery(querystring);
  const beside = signatureNames.find((name) => query.has(name));
  if (query.has('grant') && beside !== undefined)
    throw malformed(`the query has ${beside} beside a grant; use one of the two`);
  const exp = query.get('exp');
  if (exp !== undefined && !isExp(exp))
    throw malformed(
      /^[1-9][0-9]{12}$/.test(exp)
        ? 'exp is in milliseconds; it counts whole seconds since 1970'
        : 'exp is not the ten digits of a time in whole seconds since 1970',
    );
  const parts = splitPath(target);
  const credential = { kid: query.get('kid'), sig: query.get('sig'), grant: query.get('grant') };
  return { ...parts, ...credential, uri, target, exp, query: findQueryRecipe(query, parts) };
}

/** A signature in the right form. `verify` decides whether it is the right one. */
export type UrlSignature = { readonly kid: string; readonly sig: string };

const cookieName = 'signet-grant';

/** Reads the grants in a Cookie header (RFC 6265). */
function grantsIn(cookie: string): readonly string[] {
  const pairs = cookie.split(';').map((pair) => pair.trim());
  const named = pairs.filter((pair) => pair.startsWith(`${cookieName}=`));
  return named
    .slice(0, limits.grantCookies)
    .map((pair) => pair.slice(cookieName.length + 1).replace(/^"(.*)"$/, '$1'));
}

/**
 * The grants of a request: the one in its query, or those in its cookies. Cookies are read only where
 * the query has no credential at all.
 */
export function grantsOf(
  { grant, exp, kid, sig }: SplitUrl,
  cookie: string | undefined,
): readonly string[] | undefined {
  if (grant !== undefined) return [grant];
  const isUnsigned = exp === undefined && kid === undefined && sig === undefined;
  if (cookie === undefined || !isUnsigned) return undefined;
  const found = grantsIn(cookie);
  return found.length === 0 ? undefined : found;
}

/** The signature of a URL. Throws `forbidden` where it is missing or malformed. */
export function signatureOf({ kid, sig }: Pick<SplitUrl, 'kid' | 'sig'>): UrlSignature {
  if (kid === undefined || sig === undefined)
    throw forbidden('the URL is not signed: kid or sig is missing');
  if (!isKid(kid)) throw forbidden('kid is not written as root.generation');
  if (!isSignature(sig)) throw forbidden('sig is not 43 characters of unpadded base64url');
  return { kid, sig };
}
