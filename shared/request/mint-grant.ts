import { CompactSign } from 'jose';
import { limits } from '../limits.ts';
import { malformed } from '../refusal.ts';
import { scopeFault } from '../url/scope.ts';
import { isExp } from '../url/signature.ts';
import { utf8 } from '../utf8.ts';
import { type Grant, grantAlgorithm, grantType } from './grant.ts';

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
    .setProtectedHeader({ alg: grantAlgorithm, typ: grantType, kid })
    .sign(utf8(signingKey));
  if (text.length > limits.grantCharacters)
    throw malformed(
      `the grant has more than ${limits.grantCharacters} characters; name fewer scopes`,
    );
  return text;
}
