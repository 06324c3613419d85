import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import type { Signer } from '../../shared/request/mint.ts';

/*
 * The signing keys of the vectors. Their root keys are public and protect nothing.
 */

const bytesFrom = (first: number): string =>
  Buffer.from(Array.from({ length: 32 }, (_, at) => first + at)).toString('base64url');

/** The longest name that a root key can have. */
export const longestRoot = 'r234567890123456';

const ring = rootKeyring(
  nodeCrypto,
  JSON.stringify({
    keys: [
      { kty: 'oct', kid: 'r1', k: bytesFrom(0) },
      { kty: 'oct', kid: 'r2', k: bytesFrom(32) },
      { kty: 'oct', kid: 'x', k: bytesFrom(64) },
      { kty: 'oct', kid: longestRoot, k: bytesFrom(96) },
    ],
  }),
);

export const knownRing = ring;

/** The signing key of a tenant and kid. */
export function signerOf(tenant: string, kid = 'r1.1'): Signer {
  const signingKey = ring.signingKey(tenant, kid);
  if (signingKey === undefined) throw new Error(`there is no root key for ${kid}`);
  return { kid, signingKey };
}

export const knownUrl = 'https://img.example.com';
/** 1 January 2100. Signers refuse an exp in the past. */
export const knownExp = 4_102_444_800;
/** 9 September 2001, the first time of ten digits. */
export const pastExp = 1_000_000_000;
