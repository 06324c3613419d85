import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type PublisherSecretKey, publicHalf } from '../../shared/keys/publisher.ts';
import { starterPolicy } from '../../shared/policy/starter.ts';
import { signRecord } from '../../shared/versions/record.ts';

/* Tenants that have the starter policy, and the keys of their installation. */

export const tenantName = (at: number): string => `tenant-${at}`;

export function newPublisher(): PublisherSecretKey {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', kid: 'p1', x: jwk.x ?? '', d: jwk.d ?? '' };
}

/** The text of `signet/roots` with a new root key. */
export function newRoots(publisher: PublisherSecretKey): string {
  const root = { kty: 'oct', kid: 'r1', k: randomBytes(32).toString('base64url') };
  return JSON.stringify({ keys: [root, publicHalf(publisher)] });
}

/** The first version of a tenant's policy, signed. */
export function signFirstVersion(
  publisher: PublisherSecretKey,
  tenant: string,
  policy: object,
): Promise<string> {
  const keys = { active: 'r1.1', accept: ['r1.1'] };
  return signRecord(publisher, {
    version: 1,
    at: '2030-01-01T00:00:00Z',
    by: 'bench',
    reason: null,
    previous: null,
    retired: [],
    policy: { tenant, keys, ...policy },
  });
}

export const signStarterPolicy = (publisher: PublisherSecretKey, tenant: string): Promise<string> =>
  signFirstVersion(publisher, tenant, starterPolicy);
