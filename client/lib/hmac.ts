import { utf8 } from '../../shared/utf8.ts';

/** Bytes as unpadded base64url. */
export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');

/** Signs texts with a signing key's text as it is: nobody decodes anything. */
export type Hmac = (text: string) => Promise<string>;

/** HMAC-SHA256 by WebCrypto; the key is imported once, when the first text is signed. */
export function hmacWith(key: string): Hmac {
  const { subtle } = crypto;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  let imported: ReturnType<typeof subtle.importKey> | undefined;
  return async (text) => {
    imported ??= subtle.importKey('raw', utf8(key), algorithm, false, ['sign']);
    return base64url(new Uint8Array(await subtle.sign('HMAC', await imported, utf8(text))));
  };
}
