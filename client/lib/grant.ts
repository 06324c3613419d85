import { limits } from '../../shared/limits.ts';
import { scopeFault } from '../../shared/url/scope.ts';
import { utf8 } from '../../shared/utf8.ts';
import { assertValid } from './assert-valid.ts';
import { base64url } from './base64url.ts';
import type { AskedGrant, Check } from './check.ts';
import type { Hmac } from './hmac.ts';
import { textOrEmpty } from './text.ts';

const isTextList = (list: readonly unknown[]): boolean =>
  list.length > 0 && list.every(textOrEmpty);

/** Runs the checks, signs a grant and returns its text. Throws `SignetError` for a grant that the edge would reject. */
export async function grantText(
  hmac: Hmac,
  checks: readonly Check[],
  request: AskedGrant,
): Promise<string> {
  const { tenant: iss, kid, scope, exp, nbf, presets } = request;
  assertValid(
    isTextList(scope) && scope.length <= limits.grantScopes,
    `a grant needs 1 to ${limits.grantScopes} scopes`,
  );
  for (const one of scope) {
    const fault = scopeFault(one);
    assertValid(!fault, `"${one}" is not a scope: ${fault}`);
  }
  assertValid(
    isTextList(presets ?? scope) && (nbf === undefined || (Number.isInteger(nbf) && nbf >= 0)),
    'presets or notBefore is invalid',
  );
  for (const check of checks) check.grant?.(request);
  const claims = { iss, scope: scope.length > 1 ? scope : scope[0], exp, nbf, presets };
  const parts = [{ alg: 'HS256', typ: 'signet-grant+jwt', kid }, claims];
  const input = parts.map((part) => base64url(utf8(JSON.stringify(part)))).join('.');
  const text = `${input}.${await hmac(input)}`;
  assertValid(
    text.length <= limits.grantCharacters,
    `the grant is longer than ${limits.grantCharacters} bytes; name fewer scopes`,
  );
  return text;
}
