import type { Keyring } from '../shared/keys/keyring.ts';
import { limits } from '../shared/limits.ts';
import type { Crypto } from '../shared/ports.ts';
import type { DerivativeKey } from '../shared/recipe/storage-key.ts';
import { sign } from '../shared/url/signature.ts';

/**
 * The URL at which a viewer fetches a derivative that is too large for the answer of a function: the
 * same key, signed for one minute with a signing key that signs nothing else. It has no host, because
 * origin-response sees only the host of S3. `now` in seconds.
 */
export function continuationUrl(
  crypto: Crypto,
  keyring: Keyring,
  { key, uri }: DerivativeKey,
  now: number,
): string {
  const kid = keyring.mintable(now);
  const exp = String(now + limits.continuationSeconds / 2);
  const sig = sign(crypto, keyring.signingKey('', kid) ?? '', { kid, exp, target: `/${key}` });
  return `${uri}?exp=${exp}&kid=${kid}&sig=${sig}`;
}
