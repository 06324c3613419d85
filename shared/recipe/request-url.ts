import { limits } from '../limits.ts';
import { forbidden, malformed, type Refusal } from '../refusal.ts';
import { decodePath, decodeText, type SourcePath, splitPath } from '../url/path.ts';
import { isExp, isKid, isSignature } from '../url/signature.ts';
import { emptyRecipe, parseOperations, type WrittenRecipe } from './recipe.ts';
import {
  parseQueryRecipe,
  type QueryRecipe,
  type SpellingName,
  spellingNames,
} from './spellings.ts';

/** The parts of a URL. They are well-formed, but not verified. */
export type SplitUrl = SourcePath & {
  /** The path as the viewer sent it. */
  readonly uri: string;
  /** The decoded path, which the signature covers. */
  readonly target: string;
  /** Unix seconds; undefined if the URL never expires. */
  readonly exp: string | undefined;
  readonly kid: string | undefined;
  readonly sig: string | undefined;
  /** A grant, which replaces the signature of the URL. */
  readonly grant: string | undefined;
  /** A recipe in a spelling of OSS or BOS, instead of operations in the path. */
  readonly query: QueryRecipe | undefined;
};

/** The parameters of a query, decoded. */
type Query = {
  exp: string | undefined;
  kid: string | undefined;
  sig: string | undefined;
  grant: string | undefined;
  recipe: QueryRecipe | undefined;
};
/** The parameters of a credential. None needs an escape, so escapes are refused. */
type CredentialName = Exclude<keyof Query, 'recipe'>;

const isCredentialName = (name: string): name is CredentialName =>
  name === 'exp' || name === 'kid' || name === 'sig' || name === 'grant';

const isSpelling = (name: string): name is SpellingName =>
  spellingNames.some((one) => one === name);

const twoSpellings = (): Refusal => malformed('the recipe is written in two spellings; use one');

function readRecipe(earlier: QueryRecipe | undefined, name: SpellingName, value: string) {
  if (earlier?.name === name) throw malformed(`the query has ${name} twice`);
  if (earlier !== undefined) throw twoSpellings();
  return { name, value: decodeText(value, `the value of ${name}`) };
}

function readCredential(earlier: string | undefined, name: CredentialName, value: string): string {
  if (value.includes('%')) throw malformed(`the query has an escape in ${name}`);
  if (earlier !== undefined) throw malformed(`the query has ${name} twice`);
  return value;
}

function readParameter(query: Query, name: string, value: string): void {
  if (isCredentialName(name)) query[name] = readCredential(query[name], name, value);
  else if (isSpelling(name)) query.recipe = readRecipe(query.recipe, name, value);
  else throw unknownParameter(name);
}

/** Reads a query of known parameters, each once, in any order. */
function readQuery(querystring: string): Query {
  const query: Query = {
    exp: undefined,
    kid: undefined,
    sig: undefined,
    grant: undefined,
    recipe: undefined,
  };
  if (querystring === '') return query;
  for (const part of querystring.split('&')) {
    const at = part.indexOf('=');
    if (at <= 0) throw malformed('the query has an empty part or one without a value');
    readParameter(query, part.slice(0, at), part.slice(at + 1));
  }
  return query;
}

/**
 * Names the parameter only if it looks like a name. Otherwise it may be a signature, which must not
 * be logged.
 */
function unknownParameter(name: string): Refusal {
  return malformed(
    /^[A-Za-z_][A-Za-z0-9_-]{0,31}$/.test(name)
      ? `the query has an unknown parameter "${name}"`
      : 'the query has an unknown parameter',
  );
}

const expFault = (exp: string): string =>
  /^[1-9][0-9]{12}$/.test(exp)
    ? 'exp is in milliseconds; it counts whole seconds since 1970'
    : 'exp is not the ten digits of a time in whole seconds since 1970';

/** Throws `malformed` if a grant has a signature beside it. */
function checkOneCredential({ exp, kid, sig }: Query): void {
  const beside = exp !== undefined ? 'exp' : kid !== undefined ? 'kid' : 'sig';
  if (exp !== undefined || kid !== undefined || sig !== undefined)
    throw malformed(`the query has ${beside} beside a grant; use one of the two`);
}

/**
 * Splits a URL as CloudFront passes it: `uri` raw, `querystring` without its question mark. Throws
 * `malformed`. It reads no secret and does not parse the operations.
 */
export function splitUrl(uri: string, querystring: string): SplitUrl {
  if (uri.length + querystring.length + 1 > limits.urlBytes)
    throw malformed(`the URL is longer than ${limits.urlBytes} bytes`);
  const target = decodePath(uri);
  const query = readQuery(querystring);
  const { exp, kid, sig, grant, recipe } = query;
  if (grant !== undefined) checkOneCredential(query);
  if (exp !== undefined && !isExp(exp)) throw malformed(expFault(exp));
  const { tenant, path, operations } = splitPath(target);
  if (recipe !== undefined && operations !== undefined) throw twoSpellings();
  return { tenant, path, operations, kid, sig, grant, uri, target, exp, query: recipe };
}

/** A well-formed signature. `verify` decides whether it is valid. */
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
 * The grants of a request: the one in its query, or those in its cookies. Cookies are read only if the
 * query has no credential.
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

/** The signature of a URL. Throws `forbidden` if it is missing or malformed. */
export function signatureOf({ kid, sig }: Pick<SplitUrl, 'kid' | 'sig'>): UrlSignature {
  if (kid === undefined || sig === undefined)
    throw forbidden('the URL is not signed: kid or sig is missing');
  if (!isKid(kid)) throw forbidden('kid is not written as root.generation');
  if (!isSignature(sig)) throw forbidden('sig is not 43 characters of unpadded base64url');
  return { kid, sig };
}

/** Operations as a URL has them, in the path or in the query. */
export type AskedOperations = Pick<SplitUrl, 'operations' | 'query'>;

/** Reads the operations in any spelling. Throws `malformed`. */
export function parseWritten({ operations, query }: AskedOperations): WrittenRecipe {
  if (query !== undefined) return parseQueryRecipe(query);
  return operations === undefined ? emptyRecipe : parseOperations(operations);
}
