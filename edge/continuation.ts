import type { Keyring } from '../shared/keys/keyring.ts';
import { limits } from '../shared/limits.ts';
import type { Crypto } from '../shared/ports.ts';
import type { DerivativeKey } from '../shared/recipe/storage-key.ts';
import { sign } from '../shared/url/signature.ts';

/**
 * Where a viewer fetches a derivative that is too large for an answer of a function: the same
 * key, signed for a minute with a key that signs nothing else. Path-absolute, because the host
 * that origin-response sees is S3's. `now` in seconds.
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
