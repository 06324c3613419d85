import type { Crypto } from '../ports.ts';
import { canonicalRecipe } from '../recipe/canonical.ts';
import { emptyRecipe, parseOperations, type WrittenRecipe } from '../recipe/recipe.ts';
import { parseQueryRecipe, type QueryRecipe } from '../recipe/spellings.ts';
import { derivativeKey } from '../recipe/storage-key.ts';
import { malformed } from '../refusal.ts';
import { encodePath, isTenant, pathFault, separator } from '../url/path.ts';
import { isExp, isKid, sign } from '../url/signature.ts';

/** What a backend says it wants; every part decoded. */
export type MintRequest = {
  readonly tenant: string;
  readonly path: string;
  /** As in a URL: `resize,w_400`. */
  readonly operations: readonly string[];
  /** A recipe in one of the query spellings, instead of operations. */
  readonly query?: QueryRecipe;
  /** Unix seconds; nothing for a URL that never expires. */
  readonly exp: number | undefined;
};

export type Signer = { readonly kid: string; readonly signingKey: string };

/** The recipe that was asked for, in whichever spelling. Throws `malformed`. */
export function requestedRecipe({ operations, query }: MintRequest): WrittenRecipe {
  if (query !== undefined && operations.length > 0)
    throw malformed('the recipe is written in two spellings; use one');
  if (query !== undefined) return parseQueryRecipe(query);
  return operations.length === 0 ? emptyRecipe : parseOperations(operations.join(separator));
}

/** The decoded path of the URL. Throws `malformed` for whatever the edge would refuse. */
export function mintTarget(request: MintRequest): string {
  const { tenant, path, operations } = request;
  if (!isTenant(tenant)) throw malformed(`"${tenant}" is not a tenant name`);
  const fault = pathFault(path);
  if (fault !== undefined) throw malformed(fault);
  // A preset's recipe is only known to the policy, so its key is measured without it.
  const { steps } = requestedRecipe(request);
  derivativeKey({ tenant, path, recipe: canonicalRecipe(steps) });
  return `/${[`${tenant}/${path}`, ...operations].join(separator)}`;
}

/** Mints a signed URL below `base`, the service's address. Throws `malformed`. */
export function mint(crypto: Crypto, base: string, request: MintRequest, signer: Signer): string {
  const target = mintTarget(request);
  const exp = request.exp === undefined ? undefined : String(request.exp);
  if (exp !== undefined && !isExp(exp))
    throw malformed('exp is not a time in whole seconds since 1970');
  if (!isKid(signer.kid)) throw malformed(`"${signer.kid}" is not a kid`);
  const { query } = request;
  const parts = { kid: signer.kid, exp, target, ...(query === undefined ? {} : { query }) };
  const sig = sign(crypto, signer.signingKey, parts);
  const sent = [
    ...(query === undefined
      ? []
      : [`${query.name}=${encodePath(query.value).replaceAll('%3D', '=')}`]),
    ...(exp === undefined ? [] : [`exp=${exp}`]),
    `kid=${signer.kid}`,
    `sig=${sig}`,
  ];
  return `${base.replace(/\/$/, '')}${encodePath(target)}?${sent.join('&')}`;
}
