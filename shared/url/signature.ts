import type { Crypto } from '../ports.ts';

/** The values that a signature covers. */
export type SignedParts = {
  readonly kid: string;
  /** Unix seconds; undefined if the URL never expires. */
  readonly exp: string | number | undefined;
  /** The decoded path with its leading slash: tenant, source and operations as written. */
  readonly target: string;
  /** The decoded parameter of a recipe in the query. */
  readonly query?: { readonly name: string; readonly value: string } | undefined;
};

/**
 * 43 characters, the last of which carries four bits. Node's decoder accepts 231 other spellings of a
 * signature, so the exact form is checked before the comparison.
 */
const signatureForm = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const kidForm = /^[a-z][a-z\d]{0,15}\.(?:0|[1-9]\d{0,5})$/;
const signingKidForm = /^[a-z][a-z\d]{0,15}\.[1-9]\d{0,5}$/;
const expForm = /^[1-9][0-9]{9}$/;

/** Whether the text has the form of a signature. */
export const isSignature = (text: string): boolean => signatureForm.test(text);
/** Whether the text has the form of a kid, such as `r1.1`. Generation 0 is the continuation key. */
export const isKid = (text: string): boolean => kidForm.test(text);
/** Whether the text is the kid of a signing key of a tenant, whose generations begin with 1. */
export const isSigningKid = (text: string): boolean => signingKidForm.test(text);
/** Whether the text has the form of an expiry: ten digits, in Unix seconds. */
export const isExp = (text: string): boolean => expForm.test(text);

/**
 * The text to sign. Invariant: no field contains a line feed, because paths with control characters
 * are refused earlier. So no two requests have the same message.
 */
export function signedMessage({ kid, exp, target, query }: SignedParts): string {
  const message = `signet.v1\n${kid}\n${exp ?? 0}\n${target}`;
  return query === undefined ? message : `${message}\n${query.name}=${query.value}`;
}

/** Signs with the text of the signing key itself, without decoding it. */
export function sign(crypto: Crypto, signingKey: string, parts: SignedParts): string {
  return crypto.hmac(signingKey, signedMessage(parts));
}

/** Whether the signature belongs to these parts. The comparison takes constant time. */
export function verifyUrlSignature(
  crypto: Crypto,
  signingKey: string,
  parts: SignedParts,
  signature: string,
): boolean {
  const own = crypto.hmac(signingKey, signedMessage(parts));
  return isSignature(signature) && crypto.equal(own, signature);
}
