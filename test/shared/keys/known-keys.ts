import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { type Keyring, rootKeyring } from '../../../shared/keys/keyring.ts';

/** Unpadded base64url of 32 bytes that count up from `first`. */
export const rootKey = (first: number): string =>
  Buffer.from(Array.from({ length: 32 }, (_, at) => first + at)).toString('base64url');

export type JwkEntry = Readonly<Record<string, unknown>>;

export const keySet = (...keys: readonly JwkEntry[]): string =>
  JSON.stringify({ keys: keys.map((key) => ({ kty: 'oct', ...key })) });

/** The root key of the vectors. */
export const roots = keySet({ kid: 'r1', k: rootKey(0) });
export const ring: Keyring = rootKeyring(nodeCrypto, roots);

/** The signing key of a tenant; a test that asks for one that does not exist is wrong. */
export function signingKeyOf(tenant: string, kid = 'r1.1'): string {
  const signingKey = ring.signingKey(tenant, kid);
  if (signingKey === undefined) throw new Error(`the ring has no root for ${kid}`);
  return signingKey;
}
