import type { Crypto } from '../ports.ts';

/** What a signature covers. */
export type SignedParts = {
  readonly kid: string;
  /** Unix seconds as written; nothing when the URL never expires. */
  readonly exp: string | undefined;
  /** The decoded path from its leading slash: tenant, source, suffix as written. */
  readonly target: string;
  /** For a recipe that stands in the query: its parameter, decoded. */
  readonly query?: { readonly name: string; readonly value: string } | undefined;
};

/**
 * 43 characters, the last of which carries four bits: Node's decoder takes 231 other spellings of
 * a signature, so the exact form is checked before anything is compared.
 */
const signatureForm = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const kidForm = /^[a-z][a-z0-9]{0,15}\.(?:0|[1-9][0-9]{0,5})$/;
const expForm = /^[1-9][0-9]{9}$/;

export const isSignature = (text: string): boolean => signatureForm.test(text);
export const isKid = (text: string): boolean => kidForm.test(text);
export const isExp = (text: string): boolean => expForm.test(text);

/**
 * The text that is signed. Invariant: no field can hold a line feed (paths with control
 * characters are refused before), so no two requests share a message.
 */
export function signedMessage({ kid, exp, target, query }: SignedParts): string {
  const lines = ['signet.v1', kid, exp ?? '0', target];
  return [...lines, ...(query === undefined ? [] : [`${query.name}=${query.value}`])].join('\n');
}

/** Signs with the text of the signing key as it is: nobody decodes anything. */
export function sign(crypto: Crypto, signingKey: string, parts: SignedParts): string {
  return crypto.hmac(signingKey, signedMessage(parts));
}

/** Whether this is the signature of these parts; the comparison takes constant time. */
export function verifyUrlSignature(
  crypto: Crypto,
  signingKey: string,
  parts: SignedParts,
  signature: string,
): boolean {
  const own = crypto.hmac(signingKey, signedMessage(parts));
  return isSignature(signature) && crypto.equal(own, signature);
}
