import type {
  EncodingVector,
  GrantVector,
  HostileVector,
  SignatureVector,
} from './vector-files.ts';

/** The values of SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY, which a signer reads. */
export type Environment = {
  readonly url: string;
  readonly tenant: string;
  readonly kid: string;
  readonly signingKey: string;
};

/**
 * One call of a signer, as a driver reads it: `signed_url EXP PATH OPERATION…`,
 * `signed_url_of_bytes EXP HEX`, `signed_query_url EXP PATH NAME VALUE` or
 * `grant EXP NBF COUNT PRESET… SCOPE…`. Arguments that are left out are empty, and COUNT is -1.
 */
export type Call = {
  /** The vector of the call. */
  readonly id: string;
  readonly flags: readonly string[];
  readonly environment: Environment;
  readonly words: readonly string[];
};

type Own = { readonly tcId: number; readonly comment: string; readonly flags: readonly string[] };
const url = 'https://img.example.com';

function call(vector: Own & Environment, ...words: readonly string[]): Call {
  const { tcId, comment, flags, tenant, kid, signingKey } = vector;
  const environment = { url: vector.url, tenant, kid, signingKey };
  return { id: `${tcId} ${comment}`, flags, environment, words };
}

type UrlArguments = Pick<SignatureVector, 'path' | 'operations' | 'query' | 'exp'>;

function signedUrl(
  vector: Own & Environment,
  { path, operations, query, exp }: UrlArguments,
): Call {
  const until = String(exp ?? '');
  return query === undefined
    ? call(vector, 'signed_url', until, path, ...operations)
    : call(vector, 'signed_query_url', until, path, query.name, query.value);
}

export const signatureCall = (vector: SignatureVector): Call => signedUrl(vector, vector);

/** The URL of a source without operations shows the encoding of its path. */
export function encodingCall(vector: EncodingVector, signer: Environment): Call {
  return call({ ...signer, ...vector }, 'signed_url', '4102444800', vector.path);
}

type GrantArguments = {
  readonly scope: readonly string[];
  readonly exp: number | string | null | undefined;
  readonly nbf?: number | undefined;
  readonly presets?: readonly string[] | undefined;
};

function grant(vector: Own & Environment, { scope, exp, nbf, presets }: GrantArguments): Call {
  const count = String(presets?.length ?? -1);
  const begin = String(nbf ?? '');
  return call(vector, 'grant', String(exp), begin, count, ...(presets ?? []), ...scope);
}

export function grantCall(vector: GrantVector): Call {
  const { scope = [], exp, nbf, presets } = vector.claims;
  const named = presets === undefined ? undefined : [presets].flat();
  return grant({ ...vector, url }, { scope: [scope].flat(), exp, nbf, presets: named });
}

export function hostileCall(vector: HostileVector): Call {
  const { scope, path = '', pathHex, operations = [], query, exp, nbf, presets } = vector;
  if (scope !== undefined) return grant(vector, { scope, exp, nbf, presets });
  if (pathHex !== undefined) return call(vector, 'signed_url_of_bytes', String(exp), pathHex);
  return signedUrl(vector, { path, operations, query, exp });
}
