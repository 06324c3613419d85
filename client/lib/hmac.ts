import { utf8 } from '../../shared/utf8.ts';
import { base64url } from './base64url.ts';

/** Signs a text. Returns the signature as base64url. */
export type Hmac = (text: string) => Promise<string>;

/**
 * HMAC-SHA256 with WebCrypto. The HMAC key is the text of the signing key, which is not decoded. It is
 * imported once, when the first text is signed.
 */
export function hmacWith(key: string): Hmac {
  const { subtle } = crypto;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  let imported: ReturnType<typeof subtle.importKey> | undefined;
  return async (text) => {
    imported ??= subtle.importKey('raw', utf8(key), algorithm, false, ['sign']);
    return base64url(new Uint8Array(await subtle.sign('HMAC', await imported, utf8(text))));
  };
}
