import { limits } from '../../shared/limits.ts';
import { scopeFault } from '../../shared/url/scope.ts';
import { utf8 } from '../../shared/utf8.ts';
import { assertValid } from './assert-valid.ts';
import type { AskedGrant } from './check.ts';
import { base64url, type Hmac } from './hmac.ts';

function checkScope(scope: readonly string[]): void {
  assertValid(
    scope.length > 0 && scope.length <= limits.grantScopes,
    `a grant needs 1 to ${limits.grantScopes} scopes`,
  );
  for (const one of scope) {
    const fault = scopeFault(one);
    assertValid(!fault, `"${one}" is not a scope: ${fault}`);
  }
}

/** Signs a grant and returns its text. Throws `malformed` for a grant that the edge would reject. */
export async function grantText(
  hmac: Hmac,
  { tenant: iss, kid, scope, exp, nbf, presets }: AskedGrant,
): Promise<string> {
  checkScope(scope);
  assertValid(presets?.length !== 0 && (nbf ?? 0) >= 0, 'presets or notBefore is invalid');
  const claims = { iss, scope: scope.length > 1 ? scope : scope[0], exp, nbf, presets };
  const parts = [{ alg: 'HS256', typ: 'signet-grant+jwt', kid }, claims];
  const input = parts.map((part) => base64url(utf8(JSON.stringify(part)))).join('.');
  const text = `${input}.${await hmac(input)}`;
  assertValid(
    text.length <= limits.grantCharacters,
    `the grant has more than ${limits.grantCharacters} characters; name fewer scopes`,
  );
  return text;
}
