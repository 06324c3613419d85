import { CompactSign, type CryptoKey, compactVerify, importJWK } from 'jose';
import type { PublisherKey, PublisherSecretKey } from '../keys/publisher.ts';
import { utf8 } from '../utf8.ts';

/*
 * What publishers sign: a text with Ed25519 (RFC 8037) as a compact JWS (RFC 7515). The type in the
 * header says what the text is, so that one kind cannot be put in the place of another.
 */

const algorithm = 'EdDSA';

/** Reading a key takes longer than checking a signature with it, so each key is read once. */
const importedKeys = new WeakMap<PublisherKey, Promise<CryptoKey | Uint8Array>>();

/** Imports a whole key, with its secret half if it has one. */
function importOnce(key: PublisherKey): Promise<CryptoKey | Uint8Array> {
  const imported = importedKeys.get(key) ?? importJWK({ ...key }, algorithm);
  importedKeys.set(key, imported);
  return imported;
}

/**
 * Signs a value as JSON. `type` becomes the header `typ`. Readers ignore `more` headers that they do not
 * know (RFC 7515, section 4), so functions of an earlier release accept them.
 */
export async function signText(
  key: PublisherSecretKey,
  type: string,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const secret = await importOnce(key);
  return new CompactSign(utf8(JSON.stringify(value)))
    .setProtectedHeader({ alg: algorithm, typ: type, kid: key.kid, ...more })
    .sign(secret);
}

/** What a publisher signed, and the type that the header names. */
export type VerifiedText = { readonly type: unknown; readonly payload: string };

class UnknownPublisher extends Error {
  override readonly name = 'UnknownPublisher';
  constructor() {
    super('it was signed by an unknown publisher key');
  }
}

/** Checks a signed text. Throws a one-line error if no publisher signed it. */
export async function verifyText(
  publishers: readonly PublisherKey[],
  text: string,
): Promise<VerifiedText> {
  const findKey = async ({ kid }: { readonly kid?: string }) => {
    const key = publishers.find((one) => one.kid === kid);
    if (key === undefined) throw new UnknownPublisher();
    return importOnce(key);
  };
  const { payload, protectedHeader } = await compactVerify(text, findKey, {
    algorithms: [algorithm],
  }).catch((thrown: unknown) => {
    throw thrown instanceof UnknownPublisher ? thrown : new Error('its signature is wrong');
  });
  return { type: protectedHeader.typ, payload: new TextDecoder().decode(payload) };
}
