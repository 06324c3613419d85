import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { FirstKeys } from '../keys/first-secrets.ts';
import { limits } from '../limits.ts';
import type { Random } from '../ports.ts';

function publisher(): { readonly d: string; readonly x: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { x, d };
}

/** Generates keys with node:crypto. */
export const nodeKeys: FirstKeys = {
  rootMaterial: () => randomBytes(limits.rootKeyBytes).toString('base64url'),
  publisher,
};

export const systemRandom: Random = () => Math.random();
